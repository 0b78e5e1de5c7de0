import type { Database, SQLiteValue, Statement } from "node-sqlite3-wasm";
import { pragma, transaction } from "../base/sqlite";
import { openDatabase } from "./database";
import { downsample, type Downsampled, type Span } from "./downsample";
import type { DeviceRow, Row } from "./row";

export interface StoreOptions {
  /** The folder of the database, or undefined for one in memory. */
  dir?: string;
  /** Older rows are deleted. */
  maxAgeMs: number;
  /** The file grows no larger; before it would, the oldest rows are deleted. */
  maxBytes: number;
}

/** Room for what a batch adds before the oldest are deleted: a sixteenth, in pages. */
const SPARE = 1 / 16;
/** Rows deleted in one statement. */
const DELETE_ROWS = 2_000;
const VACUUM_PAGES = 256;
/** Rows written by one statement: calling SQLite for each takes more than twice as long. */
const INSERT_ROWS = 16;
/** Of a row: device, time, value, LED. */
const COLUMNS = 4;

/** The rows of all devices in SQLite. Everything here is synchronous. */
export class Store {
  private readonly db: Database;
  private readonly insert: Statement;
  private readonly insertMany: Statement;
  private readonly select: Statement;
  private readonly numbers = new Map<string, number>();
  private readonly maxPages: number;

  /** @throws UserError if the file can't be used */
  constructor(private readonly options: StoreOptions) {
    this.db = openDatabase(options.dir);
    this.maxPages = Math.floor(options.maxBytes / pragma(this.db, "page_size"));
    this.insert = this.db.prepare(insertOf(1));
    this.insertMany = this.db.prepare(insertOf(INSERT_ROWS));
    this.select = this.db.prepare(
      `SELECT at_ms, value, led_on FROM reading
       WHERE device = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT ?`,
    );
  }

  /** All of them in one transaction; then deletes what is too old or too much. */
  append(rows: DeviceRow[], nowMs: number): void {
    const oldestMs = nowMs - this.options.maxAgeMs;
    try {
      transaction(this.db, () => {
        let many: SQLiteValue[] = [];
        for (const row of rows) {
          if (row.atMs < oldestMs) continue;
          const led = row.ledOn === null ? null : Number(row.ledOn);
          many.push(this.number(row.id), row.atMs, encode(row.values), led);
          if (many.length < INSERT_ROWS * COLUMNS) continue;
          this.insertMany.run(many);
          many = [];
        }
        for (let at = 0; at < many.length; at += COLUMNS)
          this.insert.run(many.slice(at, at + COLUMNS));
      });
    } catch (error) {
      // A device that was new in there is unknown again.
      this.numbers.clear();
      throw error;
    }
    this.prune(oldestMs);
  }

  /** The points of a chart. */
  points(id: string, span: Span, points: number): Downsampled {
    return downsample(this.rows(id, span, -1), span, points);
  }

  /** The first rows of a span, for those who read on from the last one's time. */
  page(id: string, span: Span, limit: number): Row[] {
    return [...this.rows(id, span, limit)];
  }

  /** Whether there is anything of the device. */
  has(id: string): boolean {
    const number = this.known(id);
    if (number === undefined) return false;
    return this.db.get("SELECT 1 FROM reading WHERE device = ? LIMIT 1", [number]) !== null;
  }

  /** Deletes all that there is of the device. */
  remove(id: string): void {
    const number = this.known(id);
    if (number === undefined) return;
    // Some at a time: each needs room in the journal.
    while (this.deleteOldest("WHERE device = ?", [number]) === DELETE_ROWS);
    this.db.run("DELETE FROM device WHERE number = ?", [number]);
    this.numbers.delete(id);
  }

  /**
   * Writes what is there already, as little as possible.
   * @throws Error if the disk does not take it
   */
  probe(): void {
    const version = pragma(this.db, "user_version");
    transaction(this.db, () => this.db.exec(`PRAGMA user_version = ${version}`));
  }

  /** Of the file, in bytes. */
  get bytes(): number {
    return pragma(this.db, "page_count") * pragma(this.db, "page_size");
  }

  close(): void {
    this.insert.finalize();
    this.insertMany.finalize();
    this.select.finalize();
    this.db.close();
  }

  private *rows(id: string, { fromMs, toMs }: Span, limit: number): Generator<Row> {
    const number = this.known(id);
    if (number === undefined) return;
    for (const row of this.select.iterate([number, fromMs, toMs, limit])) {
      const { at_ms, value, led_on } = row as Record<string, SQLiteValue>;
      yield {
        atMs: Number(at_ms),
        values: decode(value),
        ledOn: led_on === null ? null : Boolean(led_on),
      };
    }
  }

  private prune(oldestMs: number): void {
    const spare = Math.max(8, this.maxPages * SPARE);
    while (this.deleteOldest("WHERE at_ms < ?", [oldestMs]) === DELETE_ROWS);
    while (this.usedPages() > this.maxPages - spare && this.deleteOldest("", []) > 0);
    // The limit was a higher one before.
    if (this.bytes > this.options.maxBytes)
      this.db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
  }

  private usedPages(): number {
    return pragma(this.db, "page_count") - pragma(this.db, "freelist_count");
  }

  private deleteOldest(where: string, values: number[]): number {
    return this.db.run(
      `DELETE FROM reading WHERE (device, at_ms) IN
       (SELECT device, at_ms FROM reading ${where} ORDER BY at_ms LIMIT ${DELETE_ROWS})`,
      values,
    ).changes;
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

/** The LED may change in the millisecond of a reading: both are kept. */
function insertOf(rows: number): string {
  const row = `(${Array<string>(COLUMNS).fill("?").join(", ")})`;
  return `INSERT INTO reading VALUES ${Array<string>(rows).fill(row).join(", ")}
    ON CONFLICT DO UPDATE SET
    value = coalesce(excluded.value, value), led_on = coalesce(excluded.led_on, led_on)`;
}

function encode(values: Row["values"]): string | number | null {
  const fields = Object.keys(values);
  if (fields.length === 0) return null;
  if (fields.length === 1 && values["light"] !== undefined) return values["light"];
  // JSON has no infinity, to which a number as 1e999 becomes.
  const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  return JSON.stringify(Object.fromEntries(finite));
}

function decode(value: SQLiteValue | undefined): Row["values"] {
  if (typeof value === "number") return { light: value };
  return typeof value === "string" ? (JSON.parse(value) as Row["values"]) : {};
}
