import { beforeEach, describe, expect, it } from "vitest";
import { KeptReadings, parseReadings } from "../../../boards/raspberry-pi/kept-readings";

/** Clocks of a Pi that has just started: the process is 3 s old. */
const clock = { wall: 1_800_000_000_000, mono: 3_000 };
const CLOCK = { wallMs: () => clock.wall, monotonicMs: () => clock.mono };

function pass(ms: number): void {
  clock.wall += ms;
  clock.mono += ms;
}

const keeps = (boot: number, seq: number, light = 5, ledOn = true) =>
  `> Outbox keeps ${JSON.stringify({ light, led_on: ledOn, seq, boot })}`;
const frees = (seq: number) => `> Outbox frees ${seq}`;
const left = (readings: KeptReadings) => parseReadings(readings.toText());
const restarted = (readings: KeptReadings) => new KeptReadings(left(readings), CLOCK);

describe("the copy of a program's outbox", () => {
  let readings: KeptReadings;

  beforeEach(() => {
    Object.assign(clock, { wall: 1_800_000_000_000, mono: 3_000 });
    readings = new KeptReadings([], CLOCK);
  });

  it("contains the received readings that the broker has not acknowledged", () => {
    expect(readings.hear("> Connected")).toBe(false);
    for (const seq of [1, 2, 3]) {
      expect(readings.hear(keeps(9, seq, 100 * seq, seq === 3))).toBe(true);
      pass(2_000);
    }
    expect(readings.waitedMs()).toBe(6_000);
    expect(readings.hear(frees(1))).toBe(true);
    expect(left(readings)).toEqual([
      { boot: 9, seq: 2, light: 200, ledOn: false, takenAtMs: 1_800_000_002_000 },
      { boot: 9, seq: 3, light: 300, ledOn: true, takenAtMs: 1_800_000_004_000 },
    ]);
    readings.hear(frees(3));
    expect(readings.count).toBe(0);
    expect(readings.waitedMs()).toBe(0);
  });

  it("makes its readings late after a restart, with an age that includes the time without power", () => {
    readings.hear(keeps(9, 1, 200, false));
    pass(1_500);
    const later = restarted(readings);
    pass(3_600_000);
    const first = later.firstLate();
    expect(first && later.telemetry(first)).toEqual({
      ...{ light: 200, led_on: false, seq: 1, boot: 9 },
      age_ms: 3_601_500,
    });
    // Readings of the new run are not among the late readings.
    later.hear(keeps(10, 1));
    expect(later.firstLate()).toBe(first);
    if (first) later.remove(first);
    expect(later.firstLate()).toBeUndefined();
    expect(later.count).toBe(1);
  });

  it("makes a reading at least as old as the process if the clock stopped with the power", () => {
    readings.hear(keeps(9, 1));
    const later = restarted(readings);
    clock.wall -= 60_000;
    clock.mono += 4_000;
    const first = later.firstLate();
    expect(first && later.telemetry(first).age_ms).toBe(4_000);
    // A time server has set the clock 61 minutes ahead.
    clock.wall += 3_660_000;
    expect(first && later.telemetry(first).age_ms).toBe(3_600_000);
  });

  it("keeps the right time of a reading if the clock is set after it was taken", () => {
    readings.hear(keeps(9, 1));
    pass(1_000);
    clock.wall += 3_600_000;
    expect(left(readings)[0]?.takenAtMs).toBe(clock.wall - 1_000);
  });

  it("makes its readings late, too, if only the program has restarted", () => {
    readings.hear(keeps(9, 7));
    pass(500);
    readings.hear(keeps(10, 1));
    readings.hear(frees(1));
    expect(readings.count).toBe(1);
    const late = readings.firstLate();
    expect(late && readings.telemetry(late)).toMatchObject({ boot: 9, seq: 7, age_ms: 500 });
  });

  it("is limited in size: readings are thinned evenly over time, and both ends stay", () => {
    for (let seq = 1; seq <= 5_000; seq++) {
      readings.hear(keeps(9, seq));
      pass(2_000);
    }
    const kept = left(readings);
    expect(kept.length).toBeLessThanOrEqual(1_024);
    expect(kept.length).toBeGreaterThan(256);
    expect([kept.at(0)?.seq, kept.at(-1)?.seq]).toEqual([1, 5_000]);
    const gaps = kept.slice(1).map(({ seq }, index) => seq - (kept[index]?.seq ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(32);
  });

  it.each(["[1]", "[[1,2,3,4]]", '[[1,2,3,0,"5"]]', "[[1,2,3,0,0.5]]"])("refuses %s", (text) => {
    expect(() => parseReadings(text)).toThrow("expected five whole numbers");
  });

  it("ignores messages that are not readings", () => {
    expect(readings.hear('> Outbox keeps {"light":')).toBe(true);
    expect(readings.count).toBe(0);
  });
});
