import { describe, expect, it } from "vitest";
import { Presence } from "../../src/presence";

describe("being alone", () => {
  it("begins after the configured time, not at once", () => {
    const presence = new Presence(10_000, 500);
    expect(presence.isAlone(10_499, false, true)).toBe(false);
    expect(presence.isAlone(10_500, false, true)).toBe(true);
  });

  it("ends as soon as broker and server are there", () => {
    const presence = new Presence(10_000, 0);
    expect(presence.isAlone(20_000, false, true)).toBe(true);
    expect(presence.isAlone(20_001, true, true)).toBe(false);
    expect(presence.isAlone(30_000, false, true)).toBe(false);
    expect(presence.isAlone(30_001, false, true)).toBe(true);
  });

  it("also comes when the broker is there but the server says it is gone", () => {
    const presence = new Presence(10_000, 0);
    expect(presence.isAlone(9_000, true, true)).toBe(false);
    expect(presence.isAlone(19_000, true, false)).toBe(true);
  });
});
