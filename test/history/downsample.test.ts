import { describe, expect, it } from "vitest";
import { downsample } from "../../server/history/downsample";
import type { Row } from "../../server/history/row";
import { Random } from "../support/random";

const row = (atMs: number, light?: number, ledOn: boolean | null = null): Row => ({
  atMs,
  values: light === undefined ? {} : { light },
  ledOn,
});

describe("a chart's points", () => {
  it("are the readings themselves if there are no more than requested", () => {
    const rows = [row(1_000, 5, true), row(2_000, 7, false), row(3_000)];
    expect(downsample(rows, { fromMs: 0, toMs: 10_000 }, 3)).toEqual({
      bucketMs: 0,
      points: [
        { atMs: 1_000, lastMs: 1_000, readings: 1, values: range(5, 5, 5), ledOn: 1 },
        { atMs: 2_000, lastMs: 2_000, readings: 1, values: range(7, 7, 7), ledOn: 0 },
        { atMs: 3_000, lastMs: 3_000, readings: 0, values: {}, ledOn: null },
      ],
    });
  });

  it("have the minimum, mean and maximum of each range, and the share of time on", () => {
    const rows = [row(0, 10, true), row(400, 1_000), row(900, 40, false), row(1_500, 7, true)];
    expect(downsample(rows, { fromMs: 0, toMs: 2_000 }, 3)).toEqual({
      bucketMs: 1_000,
      points: [
        { atMs: 0, lastMs: 900, readings: 3, values: range(10, 350, 1_000), ledOn: 0.5 },
        { atMs: 1_500, lastMs: 1_500, readings: 1, values: range(7, 7, 7), ledOn: 1 },
      ],
    });
  });

  it("are empty if there are no readings", () => {
    const rows = [...Array(50).keys()].map((i) => row(i < 25 ? i : 9_000 + i, i));
    const { points } = downsample(rows, { fromMs: 0, toMs: 10_000 }, 11);
    expect(points.map(({ atMs, lastMs }) => [atMs, lastMs])).toEqual([
      [0, 24],
      [9_025, 9_049],
    ]);
  });

  it("hide no spike, and never exceed the requested number", () => {
    const random = new Random(20261122);
    for (let round = 0; round < 200; round++) {
      const fromMs = random.below(1_000_000);
      const toMs = fromMs + 1 + random.below(1_000_000);
      const points = 2 + random.below(60);
      const times = Array.from(
        { length: 1 + random.below(400) },
        () => fromMs + random.below(toMs - fromMs),
      );
      const rows = times.sort((a, b) => a - b).map((atMs) => row(atMs, random.below(1_024)));
      const { points: got } = downsample(rows, { fromMs, toMs }, points);
      expect(got.length).toBeLessThanOrEqual(points);
      expect(got.reduce((sum, { readings }) => sum + readings, 0)).toBe(rows.length);
      const all = rows.map(({ values }) => values["light"] ?? NaN);
      expect(Math.min(...got.map(({ values }) => values["light"]?.min ?? NaN))).toBe(
        Math.min(...all),
      );
      expect(Math.max(...got.map(({ values }) => values["light"]?.max ?? NaN))).toBe(
        Math.max(...all),
      );
      // If the span is shifted by a millisecond, the query returns the same ranges.
      const bounds = got.map(({ atMs, lastMs }) => [atMs, lastMs]);
      const later = downsample(rows, { fromMs: fromMs + 1, toMs: toMs + 1 }, points).points;
      expect(later.map(({ atMs, lastMs }) => [atMs, lastMs])).toEqual(bounds);
    }
  });
});

function range(min: number, mean: number, max: number) {
  return { light: { min, mean, max } };
}
