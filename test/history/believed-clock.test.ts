import { describe, expect, it } from "vitest";
import { BelievedClock } from "../../server/history/believed-clock";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 10, 29);

describe("the time that decides which rows are old", () => {
  it("follows the clock while it advances normally", () => {
    const clock = new BelievedClock(NOW_MS - MINUTE_MS);
    for (let passedMs = 0; passedMs < DAY_MS; passedMs += 59_000)
      expect(clock.at(NOW_MS + passedMs, passedMs)).toBe(NOW_MS + passedMs);
  });

  it("follows the clock if there are no rows that it could harm", () => {
    expect(new BelievedClock(undefined).at(NOW_MS, 5)).toBe(NOW_MS);
  });

  it("accepts a jump ahead after an hour, and advances until then", () => {
    const clock = new BelievedClock(NOW_MS);
    expect(clock.at(NOW_MS, 0)).toBe(NOW_MS);
    const wrongMs = NOW_MS + 365 * DAY_MS;
    expect(clock.at(wrongMs, 1_000)).toBe(NOW_MS + 1_000);
    expect(clock.at(wrongMs + 59 * MINUTE_MS, 1_000 + 59 * MINUTE_MS)).toBe(
      NOW_MS + 1_000 + 59 * MINUTE_MS,
    );
    expect(clock.at(wrongMs + HOUR_MS, 1_000 + HOUR_MS)).toBe(wrongMs + HOUR_MS);
  });

  it("forgets a jump ahead that is undone", () => {
    const clock = new BelievedClock(NOW_MS);
    clock.at(NOW_MS, 0);
    clock.at(NOW_MS + 365 * DAY_MS, 1_000);
    expect(clock.at(NOW_MS + 2_000, 2_000)).toBe(NOW_MS + 2_000);
    expect(clock.at(NOW_MS + 2 * HOUR_MS, 2 * HOUR_MS)).toBe(NOW_MS + 2 * HOUR_MS);
  });

  it("distrusts the clock for an hour at a start long after the newest row", () => {
    const clock = new BelievedClock(NOW_MS);
    const startMs = NOW_MS + 30 * DAY_MS;
    expect(clock.at(startMs, 7)).toBe(NOW_MS);
    expect(clock.at(startMs + HOUR_MS, 7 + HOUR_MS)).toBe(startMs + HOUR_MS);
  });

  it("goes back with the clock", () => {
    const clock = new BelievedClock(NOW_MS);
    clock.at(NOW_MS, 0);
    expect(clock.at(0, 1_000)).toBe(0);
  });
});
