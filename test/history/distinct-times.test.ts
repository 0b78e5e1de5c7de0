import { expect, it } from "vitest";
import { DistinctTimes } from "../../server/history/distinct-times";
import type { DeviceRow } from "../../server/history/row";
import { Random } from "../support/random";

const reading = (id: string, atMs: number): DeviceRow => ({
  id,
  atMs,
  values: { light: atMs },
  ledOn: null,
});

/** Remembers the stored times of each device, as the history's file does. */
function kept() {
  const times = new Map<string, Set<number>>();
  let asked = 0;
  const distinct = new DistinctTimes({
    isTaken: (id, atMs) => {
      asked++;
      return times.get(id)?.has(atMs) ?? false;
    },
    isNewest: (id, atMs) => Math.max(...(times.get(id) ?? [])) <= atMs,
  });
  return {
    distinct,
    times,
    asked: () => asked,
    keep: (...rows: DeviceRow[]) => {
      const apart = distinct.apart(rows);
      for (const { id, atMs } of apart) times.set(id, (times.get(id) ?? new Set()).add(atMs));
      return apart.map(({ atMs }) => atMs);
    },
  };
}

it("gives readings of one millisecond distinct times, and does not change others", () => {
  const { keep, distinct } = kept();
  const all = (...times: number[]) => keep(...times.map((atMs) => reading("a", atMs)));
  expect(all(100, 100, 100, 101, 110)).toEqual([100, 101, 102, 103, 110]);
  expect(all(110, 50)).toEqual([111, 50]);
  // Late readings alternate with readings that are on time.
  expect(all(50, 200, 50, 200)).toEqual([51, 200, 52, 201]);
  expect(keep(reading("b", 200))).toEqual([200]);
  distinct.forget("a");
  expect(all(200)).toEqual([202]);
});

it("leaves a change of the LED in the millisecond of its reading", () => {
  const { keep } = kept();
  keep(reading("a", 100));
  const led = (ledOn: boolean): DeviceRow => ({ id: "a", atMs: 100, values: {}, ledOn });
  expect(keep(led(true))).toEqual([100]);
  // Two readings in one millisecond, each with its change of the LED.
  const both = [reading("b", 100), { ...led(false), id: "b" }];
  expect(keep(...both, ...both)).toEqual([100, 100, 101, 101]);
});

it("looks up no reading in the file that is on time, except for the first after a start", () => {
  const { keep, asked } = kept();
  for (let atMs = 1; atMs <= 1_000; atMs++) keep(reading("a", atMs));
  expect(asked()).toBe(1);
});

it("looks up nothing in the file for a device that sends two readings in each millisecond", () => {
  const { keep, asked } = kept();
  for (let batch = 0; batch < 50; batch++) {
    const rows = Array.from({ length: 40 }, (_, i) => reading("a", batch * 20 + (i >> 1)));
    const firstMs = batch * rows.length;
    expect(keep(...rows)).toEqual(rows.map((_, i) => firstMs + i));
  }
  // Only the first reading was looked up.
  expect(asked()).toBe(1);
});

it.each([1, 2, 3])("loses no reading, whatever their order (seed %i)", (seed) => {
  const random = new Random(seed);
  const { keep, times } = kept();
  let count = 0;
  for (let batch = 0; batch < 200; batch++) {
    const rows = Array.from({ length: random.below(8) }, () =>
      reading(random.pick(["a", "b"]), random.pick([batch, random.below(200)])),
    );
    count += rows.length;
    keep(...rows);
  }
  expect((times.get("a")?.size ?? 0) + (times.get("b")?.size ?? 0)).toBe(count);
});
