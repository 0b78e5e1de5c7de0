import type { Database, SQLiteValue, Statement } from "node-sqlite3-wasm";

/** Durations, ms. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export type LevelName = "raw" | "minute" | "hour";

/**
 * A record's key is its time chunk's number times this, plus the device's number. The time comes
 * first, so new records are at the end of the table.
 */
const DEVICES_MAX = 2 ** 24;
/** SQLite's overhead for each record, bytes: key, lengths, place in the page. */
const RECORD_BYTES = 16;
/** Maximum number of records deleted in one transaction. */
const DELETE_RECORDS = 500;

interface Found {
  key: number;
  data: Uint8Array;
}

/** The packed data of all devices at one resolution: one record for each device and time chunk. */
export class Level {
  /**
   * Start of the oldest chunk that may exist, Unix time, ms: older chunks were deleted and are not
   * created again.
   */
  floorMs = -Infinity;
  /** Size of all records, bytes. */
  bytes = 0;
  private savedBytes = 0;
  private readonly select: Statement;
  private readonly insert: Statement;
  private readonly next: Statement;

  /** @param chunkMs length of time that one record covers, ms */
  constructor(
    private readonly db: Database,
    readonly name: LevelName,
    readonly chunkMs: number,
  ) {
    this.select = db.prepare(`SELECT data FROM ${name} WHERE key = ?`);
    this.insert = db.prepare(`INSERT OR REPLACE INTO ${name} VALUES (?, ?)`);
    this.next = db.prepare(`SELECT key, data FROM ${name} WHERE key >= ? ORDER BY key LIMIT 1`);
    this.load();
  }

  /** Returns the start of the record that contains this time; Unix time, ms. */
  chunkOf(atMs: number): number {
    return Math.floor(atMs / this.chunkMs) * this.chunkMs;
  }

  get(device: number, startMs: number): Uint8Array | undefined {
    const [row] = this.select.all([this.key(device, startMs)]) as unknown as Found[];
    return row?.data;
  }

  /** @param before the record's previous data, as `get` returned it; undefined for a new record */
  put(device: number, startMs: number, data: Uint8Array, before: Uint8Array | undefined): void {
    this.insert.run([this.key(device, startMs), data]);
    this.bytes += data.length - (before?.length ?? -RECORD_BYTES);
  }

  /** Yields the records of a device that overlap the span, oldest first. */
  *range(
    device: number,
    fromMs: number,
    toMs: number,
  ): Generator<{ startMs: number; data: Uint8Array }> {
    let startMs = this.chunkOf(fromMs);
    while (startMs < toMs) {
      // One query finds either the device's record or the next time at which there may be such a
      // record.
      const found = this.following(this.key(device, startMs));
      if (!found) return;
      if (found.device === device) {
        if (found.startMs >= toMs) return;
        yield found;
      }
      startMs = found.device < device ? found.startMs : found.startMs + this.chunkMs;
    }
  }

  isWithout(device: number): boolean {
    return this.range(device, this.oldestMs ?? Infinity, Infinity).next().done === true;
  }

  /** Start of the oldest record of any device, or undefined if there is none. */
  get oldestMs(): number | undefined {
    return this.following(Number.MIN_SAFE_INTEGER)?.startMs;
  }

  /** Start of the newest record of any device, or undefined if there is none. */
  get newestMs(): number | undefined {
    const { last } = this.db.get(`SELECT max(key) AS last FROM ${this.name}`) as {
      last: number | null;
    };
    return last === null ? undefined : Math.floor(last / DEVICES_MAX) * this.chunkMs;
  }

  /**
   * Deletes some of the oldest records.
   * @param beforeMs records that reach beyond this time are kept
   * @param nowMs upper limit for the floor, so that a clock that is set back can still add records
   * @returns whether there was a record to delete
   */
  deleteOldest(beforeMs: number, nowMs: number): boolean {
    const limit = this.chunkOf(beforeMs) / this.chunkMs;
    const row = this.db.get(
      `SELECT max(key) AS last, count(*) AS count, sum(length(data)) AS bytes FROM
       (SELECT key, data FROM ${this.name} WHERE key < ? ORDER BY key LIMIT ${DELETE_RECORDS})`,
      [Math.min(Math.max(limit * DEVICES_MAX, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)],
    ) as Record<string, SQLiteValue>;
    const count = Number(row["count"]);
    if (count === 0) return false;
    const last = Number(row["last"]);
    this.db.run(`DELETE FROM ${this.name} WHERE key <= ?`, [last]);
    this.bytes -= Number(row["bytes"]) + count * RECORD_BYTES;
    this.raiseFloor((Math.floor(last / DEVICES_MAX) + 1) * this.chunkMs, nowMs);
    return true;
  }

  /**
   * Deletes up to `DELETE_RECORDS` records of a device. Call again until the result is 0.
   * @returns the number of deleted records
   */
  deleteOf(device: number): number {
    const starts: number[] = [];
    for (const { startMs, data } of this.range(device, this.oldestMs ?? Infinity, Infinity)) {
      starts.push(startMs);
      this.bytes -= data.length + RECORD_BYTES;
      if (starts.length === DELETE_RECORDS) break;
    }
    for (const startMs of starts)
      this.db.run(`DELETE FROM ${this.name} WHERE key = ?`, [this.key(device, startMs)]);
    return starts.length;
  }

  /**
   * Raises the floor to the chunk that contains `toMs`.
   * @param nowMs wall clock; if the wall clock was set back, the floor goes back with it
   */
  raiseFloor(toMs: number, nowMs: number): void {
    this.floorMs = Math.min(Math.max(this.floorMs, this.chunkOf(toMs)), this.chunkOf(nowMs));
  }

  /**
   * Writes the level's state if its size has changed. A floor that rises only with time is not
   * written, so that an idle server writes nothing.
   */
  save(): void {
    if (this.bytes === this.savedBytes) return;
    this.savedBytes = this.bytes;
    this.db.run("UPDATE level SET floor_ms = ?, bytes = ? WHERE name = ?", [
      this.floorMs,
      this.bytes,
      this.name,
    ]);
  }

  /** Restores the state that was last saved. */
  load(): void {
    const row = this.db.get("SELECT floor_ms, bytes FROM level WHERE name = ?", [
      this.name,
    ]) as Record<string, SQLiteValue>;
    this.floorMs = Number(row["floor_ms"]);
    this.bytes = Number(row["bytes"]);
    this.savedBytes = this.bytes;
  }

  close(): void {
    for (const statement of [this.select, this.insert, this.next]) statement.finalize();
  }

  private following(
    key: number,
  ): { startMs: number; device: number; data: Uint8Array } | undefined {
    // `all` ends the statement: an open statement would hold up the write-ahead log.
    const [row] = this.next.all([key]) as unknown as Found[];
    if (!row) return undefined;
    const chunk = Math.floor(row.key / DEVICES_MAX);
    return { startMs: chunk * this.chunkMs, device: row.key - chunk * DEVICES_MAX, data: row.data };
  }

  private key(device: number, startMs: number): number {
    return (startMs / this.chunkMs) * DEVICES_MAX + device;
  }
}
