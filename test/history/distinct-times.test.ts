import { expect, it } from "vitest";
import { DistinctTimes } from "../../server/history/distinct-times";
import type { DeviceRow } from "../../server/history/row";

const reading = (id: string, atMs: number): DeviceRow => ({
  id,
  atMs,
  values: { light: atMs },
  ledOn: null,
});

it("sets readings of one millisecond apart, and leaves all others as they are", () => {
  const times = new DistinctTimes();
  const timeOf = (id: string, atMs: number) => times.apart(reading(id, atMs)).atMs;
  expect([100, 100, 100, 101, 102, 110].map((atMs) => timeOf("a", atMs))).toEqual([
    100, 101, 102, 103, 104, 110,
  ]);
  expect(timeOf("b", 110)).toBe(110);
  // A late one, and the clock set back.
  expect([50, 50, 110].map((atMs) => timeOf("a", atMs))).toEqual([50, 51, 110]);
  times.forget("a");
  expect(timeOf("a", 110)).toBe(110);
});

it("leaves a change of the LED in the millisecond of its reading", () => {
  const times = new DistinctTimes();
  times.apart(reading("a", 100));
  expect(times.apart({ id: "a", atMs: 100, values: {}, ledOn: true }).atMs).toBe(100);
});
