import type { Database, SQLiteValue } from "node-sqlite3-wasm";
import { pragma, transaction } from "../base/sqlite";
import { HOUR_MS, type Level, MINUTE_MS } from "./levels";
import type { Packer } from "./packer";
import { Sweep } from "./sweep";
import type { Unpacked } from "./unpacked";

export interface Limits {
  /** Older rows are deleted, ms. */
  maxAgeMs: number;
  /** The file grows no larger; before it would, the oldest of it is deleted. */
  maxBytes: number;
}

/** Minutes are kept for as long as rows, and at least this long, ms. */
const MINUTES_AGE_MS = 30 * 24 * HOUR_MS;
/** Hours too. */
const HOURS_AGE_MS = 366 * 24 * HOUR_MS;
/** What each may fill of the file before its oldest go: rows, minutes, hours, in this order. */
const SHARES = { raw: 1 / 4, minute: 1 / 4, hour: 3 / 8 };
/** Rows that are not packed yet; beyond that, the minute that is not over is packed too. */
const UNPACKED_SHARE = 1 / 16;
/** Room for what a batch adds before the oldest are deleted: a sixteenth, in pages. */
const SPARE = 1 / 16;
/** What an unpacked row takes, bytes. */
const ROW_BYTES = 30;
const VACUUM_PAGES = 256;
/** A minute is packed this long after its end: most of its readings have come by then. */
const GRACE_MS = 5_000;
/** Rows packed after each batch: few, so that a query does not wait for long. */
const SLICE_ROWS = 6_000;
/** What one record costs besides its rows, in rows. */
const RECORD_ROWS = 30;
const DEVICES = 2 ** 24;

/** Packs what was appended, takes over what an earlier version left, and keeps to the limits. */
export class Housekeeping {
  /** How many rows a minute has that are not packed, by a number of it and its device. */
  private readonly pending = new Map<number, number>();
  private unpackedRows = 0;
  /** What is packed once the transaction is over. */
  private packed: number[] = [];
  private sweep: Sweep | undefined;
  private readonly maxPages: number;

  constructor(
    private readonly db: Database,
    private readonly unpacked: Unpacked,
    private readonly packer: Packer,
    private readonly limits: Limits,
    private readonly onForgotten: () => void,
  ) {
    this.maxPages = Math.floor(limits.maxBytes / pragma(db, "page_size"));
    this.sweep = this.newSweep();
  }

  /**
   * Before it nothing is kept, not even hours; Unix time, ms.
   * @param nowMs a clock that was set back takes it with it
   * @param believedMs the time by which what is old is deleted
   */
  oldestMs(nowMs: number, believedMs: number): number {
    const { hour, levels } = this.packer;
    const floorMs = Math.min(...levels.map((level) => level.floorMs));
    const agedMs = hour.chunkOf(believedMs - this.hoursAgeMs);
    return Math.min(Math.max(floorMs, agedMs), hour.chunkOf(nowMs));
  }

  /** A row was appended. */
  note(device: number, atMs: number): void {
    const key = Math.floor(atMs / MINUTE_MS) * DEVICES + device;
    this.pending.set(key, (this.pending.get(key) ?? 0) + 1);
    this.unpackedRows++;
  }

  /**
   * Does a bounded part of the work.
   * @param nowMs what the clock says; Unix time, ms
   * @param believedMs the time by which what is old is deleted; Unix time, ms
   * @param rows that were just appended: at least as many are packed
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
    // The limit was higher before.
    if (pragma(this.db, "page_count") > this.maxPages)
      this.db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  }

  /** All of it, or nothing. */
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

  /** @returns about how many rows it was worth */
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
    // In the order of their keys, they lie side by side in the file.
    for (const [, { device, fromMs, toMs, keys }] of [...due].sort(([a], [b]) => a - b)) {
      if (spent >= budget) break;
      spent += this.packer.pack(device, fromMs, toMs) + RECORD_ROWS;
      this.packed.push(...keys);
    }
    return spent;
  }

  /** @returns about how many rows it was worth */
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
      // The minute now and, if a clock was set back, those that it had been in.
      for (const row of this.unpacked.rows(device, atMs, Infinity)) {
        const key = Math.floor(row.atMs / MINUTE_MS) * DEVICES + device;
        if (!this.pending.has(key)) this.note(device, row.atMs);
      }
    // Whoever has nothing left; each start may bring other ids.
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
    return used > this.maxPages - Math.max(8, this.maxPages * SPARE);
  }

  /** @returns whether there was something that could be packed or deleted */
  private makeRoom(nowMs: number): boolean {
    let isDone = false;
    this.change(() => {
      // Packed, what an earlier version left takes a tenth.
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
