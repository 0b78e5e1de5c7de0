import type { HistoryPoint, TelemetryView } from "../../src/common/api";
import { fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { type ChartHistory, HISTORY_MS } from "./chart-history";
import { type Values, valuesOf } from "./chart-lines";

/** The data that the chart draws, for the live minutes or for days in the past. Pure. */

export interface ChartData {
  /** Times at the left and the right edge of the chart. */
  fromMs: number;
  toMs: number;
  timesMs: number[];
  /** The values of each line, in the order of `linesOf`; null where there was no reading. */
  lines: Values[];
  /** The minimum and maximum around each line, if its points stand for many readings. */
  around?: { low: Values[]; high: Values[] };
  ledSpans: LedSpan[];
}

/** A time span with the LED on for `share` of it, 0..1. */
export interface LedSpan {
  fromMs: number;
  toMs: number;
  share: number;
}

/**
 * Minimum time span of the chart, ms: otherwise a new history would start as a dot at the right
 * edge.
 */
const SHORTEST_MS = 60_000;

/**
 * Returns the data of the live chart.
 * @param nowMs the server's time, at the right edge
 */
export function liveData(
  rule: ServerRule,
  history: ChartHistory,
  online: boolean,
  nowMs: number,
): ChartData {
  const spanMs = Math.min(HISTORY_MS, Math.max(SHORTEST_MS, nowMs - (history.oldestMs ?? nowMs)));
  const timesMs = [...history.timesMs];
  const lines = valuesOf(rule, history.values);
  // The last reading holds until the next one, or until the device goes offline.
  if (online && lines.some((line) => line.at(-1) != null)) {
    timesMs.push(Math.max(nowMs, timesMs.at(-1) ?? 0));
    for (const line of lines) line.push(line.at(-1) ?? null);
  }
  const ledSpans = history.ledSpans.map(({ fromMs, toMs = nowMs }) => ({ fromMs, toMs, share: 1 }));
  return { fromMs: nowMs - spanMs, toMs: nowMs, timesMs, lines, ledSpans };
}

/**
 * Returns the data of a chart of the past.
 * @param spanMs the requested span, which ends at the server's current time
 */
export function pastData(rule: ServerRule, view: TelemetryView, spanMs: number): ChartData {
  const fields = fieldsOf(rule);
  const timesMs: number[] = [];
  const series = { min: columns(fields), mean: columns(fields), max: columns(fields) };
  const add = (atMs: number, values: HistoryPoint["values"]) => {
    timesMs.push(atMs);
    fields.forEach((field, i) => {
      for (const kind of ["min", "mean", "max"] as const)
        series[kind][i]?.push(values[field]?.[kind] ?? null);
    });
  };
  // A reading holds until the next one, at most until the device counts as offline. A point of many
  // readings holds until a whole bucket is empty.
  const holdMs = Math.max(view.silenceMs, 2 * view.bucketMs);
  const readings = view.points.filter((point) => point.readings > 0);
  readings.forEach(({ atMs, lastMs, values }, i) => {
    add(atMs, values);
    const next = readings[i + 1];
    if (next && next.atMs - lastMs <= holdMs) return;
    add(Math.max(atMs, Math.min(lastMs + holdMs, view.toMs)) + 1, values);
    if (next) add(lastMs + holdMs + 2, {});
  });
  return {
    fromMs: view.toMs - spanMs,
    toMs: view.toMs,
    timesMs,
    lines: valuesOf(rule, series.mean),
    ...(view.bucketMs > 0 && {
      around: { low: valuesOf(rule, series.min), high: valuesOf(rule, series.max) },
    }),
    ledSpans: ledSpans(view, holdMs),
  };
}

function columns(fields: string[]): Values[] {
  return fields.map(() => []);
}

function ledSpans({ points, toMs }: TelemetryView, holdMs: number): LedSpan[] {
  const spans: LedSpan[] = [];
  const known = points.filter(({ ledOn }) => ledOn !== null);
  known.forEach(({ atMs, lastMs, ledOn }, i) => {
    if (!ledOn) return;
    const endMs = Math.min(known[i + 1]?.atMs ?? toMs, lastMs + holdMs);
    const last = spans.at(-1);
    // Extend the last band: many bands side by side would have visible seams.
    if (last?.toMs === atMs && last.share === ledOn) last.toMs = endMs;
    else spans.push({ fromMs: atMs, toMs: endMs, share: ledOn });
  });
  return spans;
}
