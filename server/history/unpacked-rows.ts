import type { Database, SQLiteValue, Statement } from "node-sqlite3-wasm";
import type { DeviceRow, Row } from "./row";
import { decodeValues, encodeValues } from "./value";

/**
 * Number of rows in one INSERT statement: one call of SQLite per row takes more than twice as long.
 */
const INSERT_ROWS = 16;
/** Number of rows read at a time. An unfinished statement would hold up the write-ahead log. */
const PAGE_ROWS = 2_000;
/** Columns of a row: device, time, value, LED. */
const COLUMNS = 4;

/** The rows that are not packed yet: the table `reading`. */
export class UnpackedRows {
  private readonly insert: Statement;
  private readonly insertMany: Statement;
  private readonly select: Statement;
  private readonly next: Statement;
  private readonly remove: Statement;

  constructor(db: Database) {
    this.insert = db.prepare(insertOf(1));
    this.insertMany = db.prepare(insertOf(INSERT_ROWS));
    this.select = db.prepare(
      `SELECT at_ms, value, led_on FROM reading
       WHERE device = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms LIMIT ?`,
    );
    this.next = db.prepare(
      `SELECT at_ms FROM reading WHERE device = ? AND at_ms >= ? ORDER BY at_ms LIMIT 1`,
    );
    this.remove = db.prepare("DELETE FROM reading WHERE device = ? AND at_ms >= ? AND at_ms < ?");
  }

  /** @param numberOf returns a device's number in the database, and creates it if there is none */
  append(rows: readonly DeviceRow[], numberOf: (id: string) => number): void {
    let many: SQLiteValue[] = [];
    for (const { id, atMs, values, ledOn } of rows) {
      many.push(numberOf(id), atMs, encodeValues(values), ledOn === null ? null : Number(ledOn));
      if (many.length < INSERT_ROWS * COLUMNS) continue;
      this.insertMany.run(many);
      many = [];
    }
    for (let at = 0; at < many.length; at += COLUMNS) this.insert.run(many.slice(at, at + COLUMNS));
  }

  /** Yields the rows in time order. */
  *rows(device: number, fromMs: number, toMs: number): Generator<Row> {
    for (let nextMs = fromMs; ;) {
      const page = this.select.all([device, nextMs, toMs, PAGE_ROWS]);
      for (const row of page) yield rowOf(row as Record<string, SQLiteValue>);
      if (page.length < PAGE_ROWS) return;
      nextMs = Number((page.at(-1) as Record<string, SQLiteValue>)["at_ms"]) + 1;
    }
  }

  firstMs(device: number, fromMs: number): number | undefined {
    const [row] = this.next.all([device, fromMs]) as Record<string, SQLiteValue>[];
    return row && Number(row["at_ms"]);
  }

  delete(device: number, fromMs: number, toMs: number): void {
    this.remove.run([device, fromMs, toMs]);
  }

  close(): void {
    for (const each of [this.insert, this.insertMany, this.select, this.next, this.remove])
      each.finalize();
  }
}

function rowOf({ at_ms, value, led_on }: Record<string, SQLiteValue>): Row {
  return {
    atMs: Number(at_ms),
    values: decodeValues(value),
    ledOn: led_on === null ? null : Boolean(led_on),
  };
}

/**
 * Returns an INSERT that merges rows with the same time, because the LED may change in the same
 * millisecond as a reading.
 */
function insertOf(rows: number): string {
  const row = `(${Array<string>(COLUMNS).fill("?").join(", ")})`;
  return `INSERT INTO reading VALUES ${Array<string>(rows).fill(row).join(", ")}
    ON CONFLICT DO UPDATE SET
    value = coalesce(excluded.value, value), led_on = coalesce(excluded.led_on, led_on)`;
}
