import type { Database, SQLiteValue, Statement } from "node-sqlite3-wasm";

/** How long what is, ms. */
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export type LevelName = "raw" | "minute" | "hour";

/** A record is found by its time, and then by its device: so new ones lie at the end. */
const DEVICES = 2 ** 24;
/** What SQLite needs for a record besides its data: key, lengths, its place in the page. */
const RECORD_BYTES = 16;
/** Records deleted in one transaction. */
const DELETE_RECORDS = 500;

interface Found {
  key: number;
  data: Uint8Array;
}

/** Packed data of all devices, one record for a device and a stretch of time. */
export class Level {
  /** What is older is gone, and is not begun again; Unix time, ms. */
  floorMs = -Infinity;
  /** What its records take. */
  bytes = 0;
  private savedBytes = 0;
  private readonly select: Statement;
  private readonly insert: Statement;
  private readonly next: Statement;

  /** @param chunkMs the time that one record is about */
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

  /** When the record begins in which that moment is; Unix time, ms. */
  chunkOf(atMs: number): number {
    return Math.floor(atMs / this.chunkMs) * this.chunkMs;
  }

  get(device: number, startMs: number): Uint8Array | undefined {
    const [row] = this.select.all([this.key(device, startMs)]) as unknown as Found[];
    return row?.data;
  }

  /** @param before what `get` had, whose room it takes */
  put(device: number, startMs: number, data: Uint8Array, before: Uint8Array | undefined): void {
    this.insert.run([this.key(device, startMs), data]);
    this.bytes += data.length - (before?.length ?? -RECORD_BYTES);
  }

  /** The records of a device that are about the span, oldest first. */
  *range(
    device: number,
    fromMs: number,
    toMs: number,
  ): Generator<{ startMs: number; data: Uint8Array }> {
    let startMs = this.chunkOf(fromMs);
    while (startMs < toMs) {
      // One look finds the record, or how far there is none.
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

  /** When the oldest record of any device begins, or undefined if there is none. */
  get oldestMs(): number | undefined {
    return this.following(Number.MIN_SAFE_INTEGER)?.startMs;
  }

  /** When the newest one begins. */
  get newestMs(): number | undefined {
    const { last } = this.db.get(`SELECT max(key) AS last FROM ${this.name}`) as {
      last: number | null;
    };
    return last === null ? undefined : Math.floor(last / DEVICES) * this.chunkMs;
  }

  /**
   * Deletes some of the oldest.
   * @param beforeMs and none that reaches beyond it
   * @param nowMs the floor rises no higher: a clock that is set back finds its place
   * @returns whether there was one
   */
  deleteOldest(beforeMs: number, nowMs: number): boolean {
    const limit = this.chunkOf(beforeMs) / this.chunkMs;
    const row = this.db.get(
      `SELECT max(key) AS last, count(*) AS count, sum(length(data)) AS bytes FROM
       (SELECT key, data FROM ${this.name} WHERE key < ? ORDER BY key LIMIT ${DELETE_RECORDS})`,
      [Math.min(Math.max(limit * DEVICES, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)],
    ) as Record<string, SQLiteValue>;
    const count = Number(row["count"]);
    if (count === 0) return false;
    const last = Number(row["last"]);
    this.db.run(`DELETE FROM ${this.name} WHERE key <= ?`, [last]);
    this.bytes -= Number(row["bytes"]) + count * RECORD_BYTES;
    this.raiseFloor((Math.floor(last / DEVICES) + 1) * this.chunkMs, nowMs);
    return true;
  }

  /** @returns how many records there were, at most `DELETE_RECORDS`: again until there is none */
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

  /** @param nowMs a clock that was set back takes the floor with it */
  raiseFloor(toMs: number, nowMs: number): void {
    this.floorMs = Math.min(Math.max(this.floorMs, this.chunkOf(toMs)), this.chunkOf(nowMs));
  }

  /** If there is something new: a server with nothing to do writes nothing. */
  save(): void {
    if (this.bytes === this.savedBytes) return;
    this.savedBytes = this.bytes;
    this.db.run("UPDATE level SET floor_ms = ?, bytes = ? WHERE name = ?", [
      this.floorMs,
      this.bytes,
      this.name,
    ]);
  }

  /** As it was last saved. */
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
    // Read to its end: else it would hold up the write-ahead log.
    const [row] = this.next.all([key]) as unknown as Found[];
    if (!row) return undefined;
    const chunk = Math.floor(row.key / DEVICES);
    return { startMs: chunk * this.chunkMs, device: row.key - chunk * DEVICES, data: row.data };
  }

  private key(device: number, startMs: number): number {
    return (startMs / this.chunkMs) * DEVICES + device;
  }
}
