import type { Row } from "./row";

/**
 * The summary of a minute or an hour of a device, which is kept when the readings are deleted.
 * Pure.
 */

export interface FieldSum {
  min: number;
  max: number;
  total: number;
  /** Number of readings that had the field. */
  count: number;
}

export interface Rollup {
  /** Start of the minute or the hour; Unix time, ms. */
  startMs: number;
  /** Times of the first and the last row, in whole seconds; Unix time, ms. */
  firstMs: number;
  lastMs: number;
  readings: number;
  fields: Record<string, FieldSum>;
  /** How long the LED's state was known, and how long the LED was on, in tenths of a second. */
  ledKnown: number;
  ledOn: number;
}

const TENTH_MS = 100;
const SECOND_MS = 1_000;

/**
 * Summarises rows. The LED is assumed to keep a row's state until the next row with an LED state,
 * or until the end of the minute. So a rollup depends only on rows of its own minute.
 * @param rows the rows of one minute, at least one, in time order
 * @param endMs end of the minute; Unix time, ms
 */
export function rollUp(rows: readonly Row[], startMs: number, endMs: number): Rollup {
  const fields: Rollup["fields"] = {};
  let readings = 0;
  let knownMs: number | undefined;
  let onMs: number | undefined;
  let totalOnMs = 0;
  for (const { atMs, values, ledOn } of rows) {
    let isReading = false;
    for (const field in values) {
      const value = values[field];
      if (value === undefined) continue;
      isReading = true;
      addToSum(fields, field, { min: value, max: value, total: value, count: 1 });
    }
    if (isReading) readings++;
    if (ledOn === null) continue;
    knownMs ??= atMs;
    if (onMs !== undefined) totalOnMs += atMs - onMs;
    onMs = ledOn ? atMs : undefined;
  }
  if (onMs !== undefined) totalOnMs += endMs - onMs;
  const ledKnown = knownMs === undefined ? 0 : Math.ceil((endMs - knownMs) / TENTH_MS);
  return {
    startMs,
    firstMs: wholeSecond(rows[0]?.atMs ?? startMs),
    lastMs: wholeSecond(rows.at(-1)?.atMs ?? startMs),
    readings,
    fields,
    ledKnown,
    ledOn: Math.min(ledKnown, Math.round(totalOnMs / TENTH_MS)),
  };
}

/**
 * Combines rollups into one: the minutes of an hour, or a stored rollup and late readings.
 * @param lengthMs length of time that the result covers, ms. The LED's state can't have been known
 * for longer.
 */
export function combineRollups(
  parts: readonly Rollup[],
  startMs: number,
  lengthMs: number,
): Rollup {
  const whole: Rollup = {
    startMs,
    firstMs: Math.min(...parts.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...parts.map(({ lastMs }) => lastMs)),
    readings: 0,
    fields: {},
    ledKnown: 0,
    ledOn: 0,
  };
  for (const { readings, fields, ledKnown, ledOn } of parts) {
    whole.readings += readings;
    for (const field in fields) {
      const sum = fields[field];
      if (sum) addToSum(whole.fields, field, sum);
    }
    whole.ledKnown += ledKnown;
    whole.ledOn += ledOn;
  }
  whole.ledKnown = Math.min(whole.ledKnown, lengthMs / TENTH_MS);
  whole.ledOn = Math.min(whole.ledOn, whole.ledKnown);
  return whole;
}

export function addToSum(fields: Rollup["fields"], field: string, more: FieldSum): void {
  const sum = fields[field];
  if (!sum) {
    fields[field] = { ...more };
    return;
  }
  sum.min = Math.min(sum.min, more.min);
  sum.max = Math.max(sum.max, more.max);
  sum.total += more.total;
  sum.count += more.count;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}
