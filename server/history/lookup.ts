import { downsample, type Downsampled, type Span } from "./downsample";
import { HOUR_MS, MINUTE_MS } from "./levels";
import { mergeRows } from "./merge-rows";
import { byMinute, type Packer } from "./packer";
import { combineRollups, type Rollup, rollUp } from "./rollup";
import type { Row } from "./row";
import { decodeRows } from "./row-codec";
import type { UnpackedRows } from "./unpacked-rows";

/** Longest span whose points are made from single rows, ms. */
const RAW_MS = 25 * HOUR_MS;
/** Longest span whose points are made from minute records, ms. Longer spans use hour records. */
const MINUTES_MS = 60 * 24 * HOUR_MS;

/** Answers queries about one device from packed and unpacked data. */
export class HistoryLookup {
  constructor(
    private readonly packer: Packer,
    private readonly unpacked: UnpackedRows,
  ) {}

  /**
   * Returns the points of a chart. The longer the span, the coarser the data they are made from.
   */
  points(device: number, span: Span, points: number): Downsampled {
    const { raw, minute } = this.packer;
    const lengthMs = span.toMs - span.fromMs;
    if (lengthMs <= RAW_MS && raw.floorMs <= span.fromMs)
      return downsample(this.rows(device, span), span, points);
    const few = this.fewRows(device, span, points);
    if (few) return downsample(few, span, points);
    // Minute records stand in for deleted rows, and hour records for deleted minute records.
    const rowsMs = lengthMs <= RAW_MS ? within(span, raw.floorMs) : span.toMs;
    const fineMs = lengthMs <= MINUTES_MS ? within(span, minute.floorMs) : span.toMs;
    const minutesMs = Math.min(fineMs, rowsMs);
    const hours = this.hours(device, { fromMs: span.fromMs, toMs: minutesMs });
    const minutes = this.minutes(device, { fromMs: minutesMs, toMs: rowsMs });
    const rows = [...this.rows(device, { fromMs: rowsMs, toMs: span.toMs })];
    const slotMs = minutes.length + rows.length > 0 ? MINUTE_MS : HOUR_MS;
    return downsample([...hours, ...minutes, ...rows], span, points, slotMs);
  }

  /** Yields the stored rows in time order. */
  rows(device: number, { fromMs, toMs }: Span): Generator<Row> {
    return mergeRows(this.packed(device, fromMs, toMs), this.unpacked.rows(device, fromMs, toMs));
  }

  has(device: number): boolean {
    if (this.unpacked.firstMs(device, -Infinity) !== undefined) return true;
    return this.packer.levels.some((level) => !level.isWithout(device));
  }

  private *packed(device: number, fromMs: number, toMs: number): Generator<Row> {
    for (const { startMs, data } of this.packer.raw.range(device, fromMs, toMs))
      for (const row of decodeRows(data, startMs))
        if (row.atMs >= fromMs && row.atMs < toMs) yield row;
  }

  /**
   * Returns all rows of a long span if there are at most `points` rows and no row was deleted, else
   * undefined.
   */
  private fewRows(device: number, span: Span, points: number): Row[] | undefined {
    const { packer } = this;
    const { floorMs } = packer.raw;
    const hours = packer.hours(device, span.fromMs, span.toMs);
    const first = hours[0];
    if (first && first.startMs < floorMs && packer.minutes(device, first.startMs, floorMs).length)
      return undefined;
    if (first && first.startMs < packer.minute.floorMs) return undefined;
    const inside = hours.filter(
      ({ startMs }) => startMs >= span.fromMs && startMs + HOUR_MS <= span.toMs,
    );
    if (inside.reduce((sum, { readings }) => sum + readings, 0) > points) return undefined;
    const packed: Row[] = [];
    for (const { startMs } of hours)
      for (const minute of packer.minutes(device, startMs, startMs + HOUR_MS)) {
        packed.push(...packer.rowsOf(device, minute.startMs));
        if (packed.length > points + MINUTE_MS) return undefined;
      }
    const rows: Row[] = [];
    const fresh = this.unpacked.rows(device, span.fromMs, span.toMs);
    for (const row of mergeRows(packed, fresh)) {
      if (row.atMs >= span.fromMs && row.atMs < span.toMs) rows.push(row);
      if (rows.length > points) return undefined;
    }
    return rows;
  }

  private minutes(device: number, { fromMs, toMs }: Span): Rollup[] {
    if (fromMs >= toMs) return [];
    const packed = this.packer.minutes(device, fromMs, toMs);
    const minutes = new Map(packed.map((each) => [each.startMs, each]));
    for (const [startMs, rows] of byMinute(this.unpacked.rows(device, fromMs, toMs)))
      minutes.set(startMs, this.packer.minuteWith(device, startMs, rows, minutes.get(startMs)));
    return inOrder(minutes);
  }

  private hours(device: number, { fromMs, toMs }: Span): Rollup[] {
    if (fromMs >= toMs) return [];
    const packed = this.packer.hours(device, fromMs, toMs);
    const hours = new Map(packed.map((each) => [each.startMs, each]));
    const fresh = new Map<number, Rollup[]>();
    for (const [startMs, rows] of byMinute(this.unpacked.rows(device, fromMs, toMs))) {
      const hourMs = this.packer.minute.chunkOf(startMs);
      const added = fresh.get(hourMs) ?? [];
      fresh.set(hourMs, [...added, rollUp(rows, startMs, startMs + MINUTE_MS)]);
    }
    for (const [startMs, added] of fresh) {
      const old = hours.get(startMs);
      const isInMinutes = !old || startMs >= this.packer.minute.floorMs;
      const parts = isInMinutes
        ? this.minutes(device, { fromMs: startMs, toMs: startMs + HOUR_MS })
        : [old, ...added];
      hours.set(startMs, combineRollups(parts, startMs, HOUR_MS));
    }
    return inOrder(hours);
  }
}

function inOrder(rollups: Map<number, Rollup>): Rollup[] {
  return [...rollups.values()].sort((a, b) => a.startMs - b.startMs);
}

function within({ fromMs, toMs }: Span, atMs: number): number {
  return Math.min(toMs, Math.max(fromMs, atMs));
}
