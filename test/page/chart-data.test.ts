import { describe, expect, it } from "vitest";
import { liveData, pastData } from "../../server/page/chart-data";
import { ChartHistory, HISTORY_MS } from "../../server/page/chart-history";
import { loadConfig } from "../../server/setup/config";
import type { HistoryPoint, TelemetryView } from "../../src/common/api";
import { pointOf } from "./views";

const { rule } = loadConfig();

const answer = (points: HistoryPoint[], change: Partial<TelemetryView> = {}): TelemetryView => ({
  id: "a",
  fromMs: 0,
  toMs: 100_000,
  bucketMs: 0,
  silenceMs: 30_000,
  points,
  ...change,
});

describe("the live chart", () => {
  it("extends the last reading to now, unless the device is offline", () => {
    const history = new ChartHistory(["light"]);
    history.addReading(1_000, { light: 5 });
    history.setLed(2_000, true);
    const online = liveData(rule, history, true, 50_000);
    expect(online).toEqual({
      fromMs: -10_000,
      toMs: 50_000,
      timesMs: [1_000, 50_000],
      lines: [[5, 5]],
      ledSpans: [{ fromMs: 2_000, toMs: 50_000, share: 1 }],
    });
    expect(liveData(rule, history, false, 50_000).lines).toEqual([[5]]);
    expect(liveData(rule, history, true, 9e6).fromMs).toBe(9e6 - HISTORY_MS);
  });
});

describe("the chart of the past", () => {
  it("extends a reading to the next one, or until the device counted as offline", () => {
    const view = answer([pointOf(1_000, 5), pointOf(20_000, 6), pointOf(90_000, 7)]);
    const { timesMs, lines, around, fromMs, toMs } = pastData(rule, view, 100_000);
    expect(timesMs).toEqual([1_000, 20_000, 50_001, 50_002, 90_000, 100_001]);
    expect(lines).toEqual([[5, 6, 6, null, 7, 7]]);
    expect([fromMs, toMs, around]).toEqual([0, 100_000, undefined]);
  });

  it("shows minimum and maximum around a point of several readings", () => {
    const many = { ...pointOf(0, 0), lastMs: 900, values: { light: { min: 1, mean: 5, max: 90 } } };
    const view = answer([many, pointOf(1_500, 7)], { bucketMs: 1_000, toMs: 2_000 });
    const { lines, around } = pastData(rule, view, 2_000);
    expect(lines).toEqual([[5, 7, 7]]);
    expect(around).toEqual({ low: [[1, 7, 7]], high: [[90, 7, 7]] });
  });

  it("has no gap between neighbours, however long a bucket is", () => {
    const view = answer([pointOf(100, 1), pointOf(119_000, 2)], {
      bucketMs: 60_000,
      toMs: 120_000,
    });
    expect(pastData(rule, view, 120_000).lines).toEqual([[1, 2, 2]]);
  });

  it("has bands of the LED, joined if they are equal, and none beyond a silence", () => {
    const view = answer([
      pointOf(0, 1, 1),
      pointOf(10_000, 1, 1),
      { ...pointOf(15_000, 1, 0.5), readings: 0, values: {} },
      pointOf(20_000, 1, 0),
      pointOf(30_000, 1, 1),
    ]);
    expect(pastData(rule, view, 100_000).ledSpans).toEqual([
      { fromMs: 0, toMs: 15_000, share: 1 },
      { fromMs: 15_000, toMs: 20_000, share: 0.5 },
      { fromMs: 30_000, toMs: 60_000, share: 1 },
    ]);
  });

  it("also combines the fields of a rule with several fields", () => {
    const mean = { ...rule, field: ["hall", "roof"], combine: "mean" as const };
    const values = { hall: { min: 1, mean: 2, max: 3 }, roof: { min: 11, mean: 12, max: 13 } };
    const view = answer([{ ...pointOf(0, 0), values }], { bucketMs: 50_000 });
    const { lines, around } = pastData(mean, view, 100_000);
    expect(lines.map(([first]) => first)).toEqual([2, 12, 7]);
    expect(around?.high.map(([first]) => first)).toEqual([3, 13, 8]);
  });
});
