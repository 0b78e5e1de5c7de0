import type { FieldRange, HistoryPoint } from "../../src/common/api";
import type { Row } from "./row";

/** Many readings as few points that hide no spike: each has the lowest and the highest value. */

/** Times as they are asked for: `toMs` itself is not in it. */
export interface Span {
  fromMs: number;
  toMs: number;
}

export interface Downsampled {
  /** What one point stands for, ms; 0 if each is one row. */
  bucketMs: number;
  points: HistoryPoint[];
}

/**
 * @param rows in the order of their times, all within the span
 * @param points at most so many come out, 2 or more
 */
export function downsample(
  rows: Iterable<Row>,
  { fromMs, toMs }: Span,
  points: number,
): Downsampled {
  // The buckets begin at multiples of their width, so that a later question has the same ones:
  // the first and the last one may then reach beyond the span.
  const bucketMs = Math.ceil((toMs - fromMs) / (points - 1));
  const single: HistoryPoint[] = [];
  const buckets: Bucket[] = [];
  let count = 0;
  for (const row of rows) {
    if (++count <= points) single.push(new Bucket(row).point());
    const last = buckets.at(-1);
    if (last && Math.floor(last.atMs / bucketMs) === Math.floor(row.atMs / bucketMs)) last.add(row);
    else buckets.push(new Bucket(row));
  }
  if (count <= points) return { bucketMs: 0, points: single };
  return { bucketMs, points: buckets.map((bucket) => bucket.point()) };
}

interface Sum {
  min: number;
  max: number;
  total: number;
  count: number;
}

class Bucket {
  readonly atMs: number;
  private lastMs: number;
  private readings = 0;
  private readonly sums = new Map<string, Sum>();
  private readonly led = { known: 0, on: 0 };

  constructor(first: Row) {
    this.atMs = first.atMs;
    this.lastMs = first.atMs;
    this.add(first);
  }

  add({ atMs, values, ledOn }: Row): void {
    this.lastMs = atMs;
    if (ledOn !== null) this.led.known++;
    if (ledOn) this.led.on++;
    let isReading = false;
    for (const field in values) {
      const value = values[field];
      if (value === undefined) continue;
      isReading = true;
      const sum = this.sums.get(field);
      if (!sum) this.sums.set(field, { min: value, max: value, total: value, count: 1 });
      else {
        sum.min = Math.min(sum.min, value);
        sum.max = Math.max(sum.max, value);
        sum.total += value;
        sum.count++;
      }
    }
    if (isReading) this.readings++;
  }

  point(): HistoryPoint {
    const values: Record<string, FieldRange> = {};
    for (const [field, { min, max, total, count }] of this.sums)
      values[field] = { min, mean: total / count, max };
    return {
      atMs: this.atMs,
      lastMs: this.lastMs,
      readings: this.readings,
      values,
      ledOn: this.led.known === 0 ? null : this.led.on / this.led.known,
    };
  }
}
