import { describe, expect, it } from "vitest";
import { Alone } from "../../src/alone";

const AFTER_MS = 10_000;

describe("deciding alone", () => {
  it("begins once broker or server has been gone for long enough, and not before", () => {
    const alone = new Alone(AFTER_MS, 500);
    expect(alone.update(10_499, false)).toBe(false);
    expect(alone.active).toBe(false);
    expect(alone.update(10_500, false)).toBe(true);
    expect(alone.active).toBe(true);
    expect(alone.update(10_550, false)).toBe(false);
    expect(alone.active).toBe(true);
  });

  it("never begins while the broker is there and no server has reported offline", () => {
    const alone = new Alone(AFTER_MS, 0);
    for (let ms = 0; ms <= 100_000; ms += 50) expect(alone.update(ms, true)).toBe(false);
    expect(alone.active).toBe(false);
  });

  it("counts from the last sample at which the server was there", () => {
    const alone = new Alone(AFTER_MS, 0);
    alone.update(30_000, true);
    alone.status(false);
    alone.update(39_999, true);
    expect(alone.active).toBe(false);
    alone.update(40_000, true);
    expect(alone.active).toBe(true);
  });

  it("ends with the first sample after the server's status", () => {
    const alone = new Alone(AFTER_MS, 0);
    alone.status(false);
    alone.update(AFTER_MS, true);
    alone.status(true);
    expect(alone.update(10_050, true)).toBe(true);
    expect(alone.active).toBe(false);
  });

  it("continues while the server reports online, but there is no connection to it", () => {
    const alone = new Alone(AFTER_MS, 0);
    alone.status(true);
    alone.update(AFTER_MS, false);
    expect(alone.active).toBe(true);
  });

  it("does not stop other clients' commands, although a server has reported offline", () => {
    const alone = new Alone(AFTER_MS, 0);
    alone.status(false);
    for (let ms = 0; ms <= 100_000; ms += 50) {
      if (ms % 2_000 === 0) alone.commanded(ms);
      alone.update(ms, true);
      expect(alone.active).toBe(false);
    }
    alone.update(109_999, true);
    expect(alone.active).toBe(false);
    expect(alone.update(110_000, true)).toBe(true);
  });

  it("ends with a command", () => {
    const alone = new Alone(AFTER_MS, 0);
    alone.update(AFTER_MS, false);
    alone.commanded(12_000);
    expect(alone.update(12_000, false)).toBe(true);
    expect(alone.active).toBe(false);
  });
});
