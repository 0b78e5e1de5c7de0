import type { Database, SQLiteValue } from "node-sqlite3-wasm";
import { pragma, transaction } from "../base/sqlite";
import { messageOf } from "../base/user-error";
import { openDatabase } from "./database";
import { DistinctTimes } from "./distinct-times";
import type { Downsampled, Span } from "./downsample";
import { Housekeeping, type RetentionLimits } from "./housekeeping";
import { HistoryLookup } from "./lookup";
import { Packer } from "./packer";
import { type DeviceRow, isReading, type Row } from "./row";
import { UnpackedRows } from "./unpacked-rows";

export interface StoreOptions extends RetentionLimits {
  /** The folder of the database, or undefined for a database in memory. */
  dir?: string;
}

/** Length of the span whose rows are deleted in one transaction, ms. */
const REMOVE_MS = 3_600_000;

/** The stored rows of all devices, in SQLite. All methods are synchronous. */
export class Store {
  private readonly db: Database;
  private readonly unpacked: UnpackedRows;
  private readonly packer: Packer;
  private readonly lookup: HistoryLookup;
  private readonly housekeeping: Housekeeping;
  private readonly numbers = new Map<string, number>();
  private tooOld = 0;
  private readonly times = new DistinctTimes({
    isTaken: (id, atMs) => [...this.rowsOf(id, atMs, atMs + 1)].some(isReading),
    isNewest: (id, atMs) => this.rowsOf(id, atMs + 1, Infinity).next().done === true,
  });

  /** @throws UserError if the file can't be used, Error if it is damaged or the disk fails */
  constructor(options: StoreOptions) {
    this.db = openDatabase(options.dir);
    try {
      this.unpacked = new UnpackedRows(this.db);
      this.packer = new Packer(this.db, this.unpacked);
      this.lookup = new HistoryLookup(this.packer, this.unpacked);
      this.housekeeping = new Housekeeping(this.db, this.unpacked, this.packer, options, () =>
        this.numbers.clear(),
      );
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /**
   * Adds all rows in one transaction, then packs some rows and deletes some that are too old.
   * @param believedMs time by which the age of rows is measured; Unix time, ms
   * @returns why packing or deleting failed, although the rows were stored; undefined if both
   *   succeeded
   * @throws Error if the rows were not stored
   */
  append(given: DeviceRow[], nowMs: number, believedMs = nowMs): string | undefined {
    const oldestMs = this.housekeeping.oldestMs(nowMs, believedMs);
    const recent = given.filter(({ atMs }) => atMs >= oldestMs);
    const rows = this.times.apart(recent);
    try {
      if (rows.length > 0)
        transaction(this.db, () => this.unpacked.append(rows, (id) => this.number(id)));
    } catch (error) {
      // The rollback also removed the numbers of new devices from the database, so the cache is
      // cleared.
      this.numbers.clear();
      throw error;
    }
    this.tooOld += given.length - recent.length;
    for (const { id, atMs } of rows) this.housekeeping.note(this.number(id), atMs);
    try {
      this.housekeeping.tidy(nowMs, believedMs, rows.length);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Returns and resets the number of rows rejected as too old. */
  takeTooOld(): number {
    const count = this.tooOld;
    this.tooOld = 0;
    return count;
  }

  /** Returns the points of a chart. */
  points(id: string, span: Span, points: number): Downsampled {
    const number = this.known(id);
    if (number === undefined) return { bucketMs: 0, points: [] };
    return this.lookup.points(number, span, points);
  }

  /**
   * Returns the first rows of a span. For the next page, the caller starts after the last row's
   * time.
   */
  page(id: string, span: Span, limit: number): Row[] {
    const number = this.known(id);
    const page: Row[] = [];
    if (number === undefined) return page;
    for (const row of this.lookup.rows(number, span)) {
      page.push(row);
      if (page.length === limit) break;
    }
    return page;
  }

  /** Whether anything is stored for the device. */
  has(id: string): boolean {
    const number = this.known(id);
    return number !== undefined && this.lookup.has(number);
  }

  /** Deletes everything stored for the device. */
  remove(id: string): void {
    const number = this.known(id);
    if (number === undefined) return;
    // Delete in parts, because each transaction needs room in the journal.
    for (let fromMs; (fromMs = this.unpacked.firstMs(number, -Infinity)) !== undefined;) {
      const [startMs, toMs] = [fromMs, fromMs + REMOVE_MS];
      this.housekeeping.change(() => this.unpacked.delete(number, startMs, toMs));
    }
    for (const level of this.packer.levels)
      for (let count = 1; count > 0;)
        this.housekeeping.change(() => (count = level.deleteOf(number)));
    this.db.run("DELETE FROM device WHERE number = ?", [number]);
    this.numbers.delete(id);
    this.times.forget(id);
  }

  /**
   * Tests the disk by writing an unchanged value, the smallest possible write.
   * @throws Error if the disk does not accept the write
   */
  probe(): void {
    const version = pragma(this.db, "user_version");
    transaction(this.db, () => this.db.exec(`PRAGMA user_version = ${version}`));
  }

  /** Start of the newest minute with packed rows; Unix time, ms. */
  get newestMs(): number | undefined {
    return this.packer.raw.newestMs;
  }

  /** Size of the file, bytes. */
  get bytes(): number {
    return pragma(this.db, "page_count") * pragma(this.db, "page_size");
  }

  close(): void {
    this.unpacked.close();
    this.packer.close();
    this.db.close();
  }

  private *rowsOf(id: string, fromMs: number, toMs: number): Generator<Row> {
    const number = this.known(id);
    if (number !== undefined) yield* this.lookup.rows(number, { fromMs, toMs });
  }

  private number(id: string): number {
    let number = this.known(id);
    if (number === undefined) {
      number = Number(this.db.run("INSERT INTO device (id) VALUES (?)", [id]).lastInsertRowid);
      this.numbers.set(id, number);
    }
    return number;
  }

  private known(id: string): number | undefined {
    let number = this.numbers.get(id);
    if (number === undefined) {
      const row = this.db.get("SELECT number FROM device WHERE id = ?", [id]);
      if (row === null) return undefined;
      number = Number((row as Record<string, SQLiteValue>)["number"]);
      this.numbers.set(id, number);
    }
    return number;
  }
}
