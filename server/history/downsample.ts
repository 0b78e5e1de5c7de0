import type { FieldRange, HistoryPoint } from "../../src/common/api";
import { addToSum, type Rollup } from "./rollup";
import type { Row } from "./row";

/**
 * Reduces many readings to few points. Each point has a minimum and a maximum, so that no spike is
 * hidden.
 */

/** A time range; `toMs` is exclusive. */
export interface Span {
  fromMs: number;
  toMs: number;
}

export interface Downsampled {
  /** Length of time that one point covers, ms; 0 if each point is one row. */
  bucketMs: number;
  points: HistoryPoint[];
}

/**
 * @param items rows and rollups in time order
 * @param points maximum number of points in the result, 2 or more
 * @param slotMs length of the longest rollup, ms; 0 if there are only rows. Buckets are multiples
 *   of this length.
 */
export function downsample(
  items: Iterable<Row | Rollup>,
  { fromMs, toMs }: Span,
  points: number,
  slotMs = 0,
): Downsampled {
  // Buckets begin at multiples of their width, so that a later query gets the same buckets. The
  // first and the last bucket may therefore reach beyond the span.
  const narrowMs = Math.ceil((toMs - fromMs) / (points - 1));
  const bucketMs = slotMs === 0 ? narrowMs : Math.ceil(narrowMs / slotMs) * slotMs;
  const single: HistoryPoint[] = [];
  const buckets: Bucket[] = [];
  let count = 0;
  for (const item of items) {
    if (++count <= points) single.push(new Bucket(item).point());
    const place = Math.floor(timeOf(item) / bucketMs);
    const last = buckets.at(-1);
    if (last && Math.floor(last.atMs / bucketMs) === place) last.add(item);
    else buckets.push(new Bucket(item));
  }
  if (count <= points) return { bucketMs: slotMs, points: single };
  return { bucketMs, points: buckets.map((bucket) => bucket.point()) };
}

/** Weight of a single row in the share of time that the LED was on, in tenths of a second. */
const ROW_LED_TENTHS = 10;

class Bucket {
  readonly atMs: number;
  private lastMs: number;
  private readings = 0;
  private readonly fields: Rollup["fields"] = {};
  private readonly led = { known: 0, on: 0 };

  constructor(first: Row | Rollup) {
    this.atMs = timeOf(first);
    this.lastMs = this.atMs;
    this.add(first);
  }

  add(item: Row | Rollup): void {
    if ("startMs" in item) this.addRollup(item);
    else this.addRow(item);
  }

  point(): HistoryPoint {
    const values: Record<string, FieldRange> = {};
    for (const [field, { min, max, total, count }] of Object.entries(this.fields))
      values[field] = { min, mean: total / count, max };
    return {
      atMs: this.atMs,
      lastMs: this.lastMs,
      readings: this.readings,
      values,
      ledOn: this.led.known === 0 ? null : this.led.on / this.led.known,
    };
  }

  private addRow({ atMs, values, ledOn }: Row): void {
    this.lastMs = atMs;
    if (ledOn !== null) this.led.known += ROW_LED_TENTHS;
    if (ledOn) this.led.on += ROW_LED_TENTHS;
    let isReading = false;
    for (const field in values) {
      const value = values[field];
      if (value === undefined) continue;
      isReading = true;
      addToSum(this.fields, field, { min: value, max: value, total: value, count: 1 });
    }
    if (isReading) this.readings++;
  }

  private addRollup({ lastMs, readings, fields, ledKnown, ledOn }: Rollup): void {
    this.lastMs = lastMs;
    this.readings += readings;
    for (const field in fields) {
      const sum = fields[field];
      if (sum) addToSum(this.fields, field, sum);
    }
    this.led.known += ledKnown;
    this.led.on += ledOn;
  }
}

function timeOf(item: Row | Rollup): number {
  return "startMs" in item ? item.firstMs : item.atMs;
}
