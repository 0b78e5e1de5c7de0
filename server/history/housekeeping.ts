import type { Database, SQLiteValue } from "node-sqlite3-wasm";
import { pragma, transaction } from "../base/sqlite";
import { HOUR_MS, type Level, MINUTE_MS } from "./levels";
import type { Packer } from "./packer";
import { Sweep } from "./sweep";
import type { UnpackedRows } from "./unpacked-rows";

export interface RetentionLimits {
  /** Age at which rows are deleted, ms. */
  maxAgeMs: number;
  /**
   * Maximum size of the file, bytes. The oldest data is deleted before the file would exceed it.
   */
  maxBytes: number;
}

/**
 * How long minute records are kept if the file has room, ms; never shorter than single readings.
 */
const MINUTES_AGE_MS = 30 * 24 * HOUR_MS;
/** How long hour records are kept if the file has room, ms; never shorter than single readings. */
const HOURS_AGE_MS = 366 * 24 * HOUR_MS;
/**
 * Share of the file that a level may fill. If the file is full, the levels above their share are
 * the first to lose their oldest records.
 */
const SHARES = { raw: 1 / 4, minute: 1 / 4, hour: 3 / 8 };
/**
 * Share of the file that unpacked rows may fill. Beyond that share, minutes that have not ended are
 * packed too.
 */
const UNPACKED_SHARE = 1 / 16;
/** Share of the file's pages that stays free for the next batch. */
const SPARE_SHARE = 1 / 16;
/** Size of an unpacked row, bytes. */
const ROW_BYTES = 30;
const VACUUM_PAGES = 256;
/**
 * Delay between the end of a minute and its packing, ms: most late readings have arrived by then.
 */
const GRACE_MS = 5_000;
/**
 * Minimum budget for packing after each batch, in rows. It is small, so that a query does not wait
 * long.
 */
const SLICE_ROWS = 6_000;
/** Fixed cost of packing one record, as a number of rows. */
const RECORD_ROWS = 30;
const DEVICES = 2 ** 24;

/** Packs new rows, packs the rows that an earlier version left, and enforces the limits. */
export class Housekeeping {
  /** Number of unpacked rows in each minute, by a key made of the minute and the device. */
  private readonly pending = new Map<number, number>();
  private unpackedRows = 0;
  /** Keys packed by the current transaction. They leave `pending` when the transaction commits. */
  private packed: number[] = [];
  private sweep: Sweep | undefined;
  private readonly maxPages: number;

  constructor(
    private readonly db: Database,
    private readonly unpacked: UnpackedRows,
    private readonly packer: Packer,
    private readonly limits: RetentionLimits,
    private readonly onForgotten: () => void,
  ) {
    this.maxPages = Math.floor(limits.maxBytes / pragma(db, "page_size"));
    this.sweep = this.newSweep();
  }

  /**
   * The time before which no record is kept, not even an hour record; Unix time, ms.
   * @param nowMs wall clock; if the wall clock was set back, the result goes back with it
   * @param believedMs time by which the age of rows is measured
   */
  oldestMs(nowMs: number, believedMs: number): number {
    const { hour, levels } = this.packer;
    const floorMs = Math.min(...levels.map((level) => level.floorMs));
    const agedMs = hour.chunkOf(believedMs - this.hoursAgeMs);
    return Math.min(Math.max(floorMs, agedMs), hour.chunkOf(nowMs));
  }

  /** Counts an appended row. */
  note(device: number, atMs: number): void {
    const key = Math.floor(atMs / MINUTE_MS) * DEVICES + device;
    this.pending.set(key, (this.pending.get(key) ?? 0) + 1);
    this.unpackedRows++;
  }

  /**
   * Packs rows, deletes old data and enforces the file size; does a bounded part of that work per
   * call.
   * @param nowMs wall clock; Unix time, ms
   * @param believedMs time by which the age of rows is measured; Unix time, ms
   * @param rows number of rows that were just appended; the packing budget is at least twice that
   * number
   */
  tidy(nowMs: number, believedMs: number, rows: number): void {
    const isTooMuch = this.unpackedRows * ROW_BYTES > UNPACKED_SHARE * this.limits.maxBytes;
    this.change(() => {
      let left = Math.max(SLICE_ROWS, 2 * rows);
      left -= this.packPending(nowMs, isTooMuch ? Infinity : left, isTooMuch);
      this.takeOver(nowMs, left);
      this.dropOld(nowMs, believedMs);
    });
    while (this.isFull() && this.makeRoom(nowMs));
    // The file is larger than the limit only if the limit was higher in an earlier run.
    if (pragma(this.db, "page_count") > this.maxPages)
      this.db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  }

  /**
   * Runs `work` in one transaction. If the transaction fails, the state in memory is restored too.
   */
  change(work: () => void): void {
    this.packed = [];
    try {
      transaction(this.db, () => {
        work();
        for (const level of this.packer.levels) level.save();
      });
    } catch (error) {
      for (const level of this.packer.levels) level.load();
      this.sweep &&= this.newSweep();
      throw error;
    }
    for (const key of this.packed) {
      this.unpackedRows -= this.pending.get(key) ?? 0;
      this.pending.delete(key);
    }
  }

  private get hoursAgeMs(): number {
    return Math.max(this.limits.maxAgeMs, HOURS_AGE_MS);
  }

  private newSweep(): Sweep {
    const rows = this.db.all("SELECT number FROM device ORDER BY number DESC");
    const devices = rows.map((row) => Number((row as Record<string, SQLiteValue>)["number"]));
    return new Sweep(devices, this.unpacked);
  }

  /** @returns approximate cost, in rows */
  private packPending(nowMs: number, budget: number, all: boolean): number {
    const due = new Map<number, { device: number; fromMs: number; toMs: number; keys: number[] }>();
    for (const key of this.pending.keys()) {
      const minute = Math.floor(key / DEVICES);
      const fromMs = minute * MINUTE_MS;
      const isOver = fromMs + MINUTE_MS + GRACE_MS <= nowMs || fromMs > nowMs + MINUTE_MS;
      if (!isOver && !all) continue;
      const device = key - minute * DEVICES;
      const hourKey = Math.floor(fromMs / HOUR_MS) * DEVICES + device;
      const part = due.get(hourKey) ?? { device, fromMs, toMs: fromMs, keys: [] };
      part.fromMs = Math.min(part.fromMs, fromMs);
      part.toMs = Math.max(part.toMs, fromMs + MINUTE_MS);
      part.keys.push(key);
      due.set(hourKey, part);
    }
    let spent = 0;
    // Sorted by key, so that records with neighbouring keys lie side by side in the file.
    for (const [, { device, fromMs, toMs, keys }] of [...due].sort(([a], [b]) => a - b)) {
      if (spent >= budget) break;
      spent += this.packer.pack(device, fromMs, toMs) + RECORD_ROWS;
      this.packed.push(...keys);
    }
    return spent;
  }

  /** @returns approximate cost, in rows */
  private takeOver(nowMs: number, budget: number): number {
    let spent = 0;
    const beforeMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
    while (this.sweep && spent < budget) {
      const part = this.sweep.next(beforeMs);
      if (!part) {
        this.endSweep(this.sweep);
        break;
      }
      spent += this.packer.pack(part.device, part.fromMs, part.toMs) + RECORD_ROWS;
    }
    return spent;
  }

  private endSweep({ without, tooNew }: Sweep): void {
    this.sweep = undefined;
    for (const { device, atMs } of tooNew)
      // Rows of the current minute and, if a clock was set back, of minutes that are now in the
      // future.
      for (const row of this.unpacked.rows(device, atMs, Infinity)) {
        const key = Math.floor(row.atMs / MINUTE_MS) * DEVICES + device;
        if (!this.pending.has(key)) this.note(device, row.atMs);
      }
    // Delete the ids of devices without any data. Otherwise each run could add ids that are never
    // removed.
    for (const device of without)
      if (this.packer.levels.every((level) => level.isWithout(device)))
        this.db.run("DELETE FROM device WHERE number = ?", [device]);
    if (without.length > 0) this.onForgotten();
  }

  private dropOld(nowMs: number, believedMs: number): void {
    const { raw, minute, hour } = this.packer;
    const ages: [Level, number][] = [
      [raw, this.limits.maxAgeMs],
      [minute, Math.max(this.limits.maxAgeMs, MINUTES_AGE_MS)],
      [hour, this.hoursAgeMs],
    ];
    for (const [level, ageMs] of ages) {
      level.deleteOldest(believedMs - ageMs, nowMs);
      level.raiseFloor(believedMs - ageMs, nowMs);
    }
  }

  private isFull(): boolean {
    const used = pragma(this.db, "page_count") - pragma(this.db, "freelist_count");
    return used > this.maxPages - Math.max(8, this.maxPages * SPARE_SHARE);
  }

  /** @returns whether there was something to pack or to delete */
  private makeRoom(nowMs: number): boolean {
    let isDone = false;
    this.change(() => {
      // Packing the rows that an earlier version left comes first: it reduces them to a tenth of
      // their size.
      isDone = this.takeOver(nowMs, SLICE_ROWS) > 0 || this.deleteOldest(nowMs);
    });
    return isDone;
  }

  private deleteOldest(nowMs: number): boolean {
    const { levels } = this.packer;
    const beyond = levels.filter(({ name, bytes }) => bytes > SHARES[name] * this.limits.maxBytes);
    return (
      [...beyond, ...levels].some((level) => level.deleteOldest(level.chunkOf(nowMs), nowMs)) ||
      this.packPending(nowMs, Infinity, true) > 0 ||
      levels.some((level) => level.deleteOldest(Infinity, nowMs))
    );
  }
}
