import { describe, expect, it } from "vitest";
import { Fallback } from "../../src/fallback";

const AFTER_MS = 10_000;

describe("deciding alone", () => {
  it("begins once broker or server has been gone for long enough, and not before", () => {
    const fallback = new Fallback(AFTER_MS, 500);
    expect(fallback.update(10_499, false)).toBe(false);
    expect(fallback.active).toBe(false);
    expect(fallback.update(10_500, false)).toBe(true);
    expect(fallback.active).toBe(true);
    expect(fallback.update(10_550, false)).toBe(false);
    expect(fallback.active).toBe(true);
  });

  it("never begins while the broker is there and no server has reported offline", () => {
    const fallback = new Fallback(AFTER_MS, 0);
    for (let ms = 0; ms <= 100_000; ms += 50) expect(fallback.update(ms, true)).toBe(false);
    expect(fallback.active).toBe(false);
  });

  it("counts from the last sample at which the server was there", () => {
    const fallback = new Fallback(AFTER_MS, 0);
    fallback.update(30_000, true);
    fallback.status(false);
    fallback.update(39_999, true);
    expect(fallback.active).toBe(false);
    fallback.update(40_000, true);
    expect(fallback.active).toBe(true);
  });

  it("ends with the first sample after the server's status", () => {
    const fallback = new Fallback(AFTER_MS, 0);
    fallback.status(false);
    fallback.update(AFTER_MS, true);
    fallback.status(true);
    expect(fallback.update(10_050, true)).toBe(true);
    expect(fallback.active).toBe(false);
  });

  it("continues while the server reports online, but there is no connection to it", () => {
    const fallback = new Fallback(AFTER_MS, 0);
    fallback.status(true);
    fallback.update(AFTER_MS, false);
    expect(fallback.active).toBe(true);
  });

  it("does not stop other clients' commands, although a server has reported offline", () => {
    const fallback = new Fallback(AFTER_MS, 0);
    fallback.status(false);
    for (let ms = 0; ms <= 100_000; ms += 50) {
      if (ms % 2_000 === 0) fallback.commanded(ms);
      fallback.update(ms, true);
      expect(fallback.active).toBe(false);
    }
    fallback.update(109_999, true);
    expect(fallback.active).toBe(false);
    expect(fallback.update(110_000, true)).toBe(true);
  });

  it("ends with a command", () => {
    const fallback = new Fallback(AFTER_MS, 0);
    fallback.update(AFTER_MS, false);
    fallback.commanded(12_000);
    expect(fallback.update(12_000, false)).toBe(true);
    expect(fallback.active).toBe(false);
  });
});
