import type { Database } from "node-sqlite3-wasm";
import { HOUR_MS, Level, MINUTE_MS } from "./levels";
import { mergeRows } from "./merge-rows";
import { combineRollups, type Rollup, rollUp } from "./rollup";
import { decodeRollups, encodeRollups } from "./rollup-codec";
import type { Row } from "./row";
import { decodeRows, encodeRows } from "./row-codec";
import type { UnpackedRows } from "./unpacked-rows";

/**
 * Time that one record of hour rollups covers, ms. It makes these records about as long as those of
 * minute rollups: SQLite stores short records best.
 */
const HOURS_CHUNK_MS = 48 * HOUR_MS;

/** Moves rows from `reading` to a packed form of a tenth of the size, and keeps their rollups. */
export class Packer {
  readonly raw: Level;
  readonly minute: Level;
  readonly hour: Level;

  constructor(
    db: Database,
    private readonly unpacked: UnpackedRows,
  ) {
    this.raw = new Level(db, "raw", MINUTE_MS);
    this.minute = new Level(db, "minute", HOUR_MS);
    this.hour = new Level(db, "hour", HOURS_CHUNK_MS);
  }

  /** The levels, in the order in which their oldest records are deleted if the file is full. */
  get levels(): Level[] {
    return [this.raw, this.minute, this.hour];
  }

  /**
   * Packs the rows of a device from one hour, or from a part of an hour.
   * @returns the number of packed rows
   */
  pack(device: number, fromMs: number, toMs: number): number {
    const rows = [...this.unpacked.rows(device, fromMs, toMs)];
    if (rows.length === 0) return 0;
    this.unpacked.delete(device, fromMs, toMs);
    const hourMs = this.minute.chunkOf(fromMs);
    const before = this.minute.get(device, hourMs);
    const known = before ? decodeRollups(before, hourMs, MINUTE_MS) : [];
    const minutes = new Map(known.map((each) => [each.startMs, each]));
    const added: Rollup[] = [];
    for (const [startMs, some] of byMinute(rows)) {
      added.push(rollUp(some, startMs, startMs + MINUTE_MS));
      minutes.set(startMs, this.packMinute(device, startMs, some, minutes.get(startMs)));
    }
    const all = [...minutes.values()].sort((a, b) => a.startMs - b.startMs);
    if (hourMs >= this.minute.floorMs)
      this.minute.put(device, hourMs, encodeRollups(all, hourMs, MINUTE_MS), before);
    this.packHour(device, hourMs, (old) =>
      // If the minute records of this hour were deleted, only the old hour rollup still has their
      // readings, so late readings are added to that rollup.
      isAllOf(old, known) ? all : [...(old ? [old] : []), ...added],
    );
    return rows.length;
  }

  minutes(device: number, fromMs: number, toMs: number): Rollup[] {
    return this.rollups(this.minute, MINUTE_MS, device, fromMs, toMs);
  }

  hours(device: number, fromMs: number, toMs: number): Rollup[] {
    return this.rollups(this.hour, HOUR_MS, device, fromMs, toMs);
  }

  /** Returns the packed rows of a minute, in time order. */
  rowsOf(device: number, startMs: number): Row[] {
    const data = this.raw.get(device, startMs);
    return data ? decodeRows(data, startMs) : [];
  }

  close(): void {
    for (const level of this.levels) level.close();
  }

  /**
   * Returns the rollup of a minute with the added rows. It is made from all rows of the minute if
   * they are still stored.
   */
  minuteWith(device: number, startMs: number, added: Row[], old: Rollup | undefined): Rollup {
    return rollUpWith(this.rowsOf(device, startMs), added, startMs, old).rollup;
  }

  private packMinute(device: number, startMs: number, added: Row[], old?: Rollup): Rollup {
    const before = this.raw.get(device, startMs);
    const known = before ? decodeRows(before, startMs) : [];
    const { rows, rollup } = rollUpWith(known, added, startMs, old);
    if (startMs >= this.raw.floorMs)
      this.raw.put(device, startMs, encodeRows(rows, startMs), before);
    return rollup;
  }

  private packHour(
    device: number,
    startMs: number,
    partsWith: (old: Rollup | undefined) => Rollup[],
  ): void {
    const chunkMs = this.hour.chunkOf(startMs);
    if (chunkMs < this.hour.floorMs) return;
    const before = this.hour.get(device, chunkMs);
    const hours = before ? decodeRollups(before, chunkMs, HOUR_MS) : [];
    const old = hours.find((hour) => hour.startMs === startMs);
    const hour = combineRollups(partsWith(old), startMs, HOUR_MS);
    const all = [...hours.filter((each) => each !== old), hour];
    all.sort((a, b) => a.startMs - b.startMs);
    this.hour.put(device, chunkMs, encodeRollups(all, chunkMs, HOUR_MS), before);
  }

  private rollups(
    level: Level,
    slotMs: number,
    device: number,
    fromMs: number,
    toMs: number,
  ): Rollup[] {
    const rollups: Rollup[] = [];
    for (const { startMs, data } of level.range(device, fromMs, toMs))
      for (const rollup of decodeRollups(data, startMs, slotMs))
        if (rollup.startMs + slotMs > fromMs && rollup.startMs < toMs) rollups.push(rollup);
    return rollups;
  }
}

function rollUpWith(
  known: Row[],
  added: Row[],
  startMs: number,
  old: Rollup | undefined,
): { rows: Row[]; rollup: Rollup } {
  const endMs = startMs + MINUTE_MS;
  const rows = [...mergeRows(known, added)];
  const isAll = isAllOf(old, known.length > 0 ? [rollUp(known, startMs, endMs)] : []);
  const rollup = isAll
    ? rollUp(rows, startMs, endMs)
    : combineRollups([...(old ? [old] : []), rollUp(added, startMs, endMs)], startMs, MINUTE_MS);
  return { rows, rollup };
}

/**
 * Whether a rollup was made from exactly these parts, and not also from parts that were deleted.
 */
function isAllOf(whole: Rollup | undefined, parts: readonly Rollup[]): boolean {
  if (!whole) return true;
  const readings = parts.reduce((sum, part) => sum + part.readings, 0);
  return parts.length > 0 && readings === whole.readings;
}

/**
 * Groups rows by the start of their minute.
 * @param rows the rows in time order
 */
export function byMinute(rows: Iterable<Row>): Map<number, Row[]> {
  const minutes = new Map<number, Row[]>();
  for (const row of rows) {
    const startMs = Math.floor(row.atMs / MINUTE_MS) * MINUTE_MS;
    const some = minutes.get(startMs);
    if (some) some.push(row);
    else minutes.set(startMs, [row]);
  }
  return minutes;
}
