import { existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "node-sqlite3-wasm";
import { makeFolder } from "../base/make-folder";
import { openSqlite, pragma, transaction } from "../base/sqlite";
import { messageOf, UserError } from "../base/user-error";
import { FILE, type RecordChange, type RecordEntry } from "./records";

const VERSION = 1;
const TABLE = `
  CREATE TABLE record (key TEXT PRIMARY KEY, head TEXT NOT NULL, body BLOB) WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};`;
/**
 * Errors for a file that can't be read: SQLite's SQLITE_CORRUPT and SQLITE_NOTADB, and JSON errors.
 */
const DAMAGED = /malformed|not a database|JSON/i;

/** Keeps the records in SQLite. Every call is synchronous, so it runs in a thread. */
export class SqliteStore {
  private db: Database | undefined;
  private isRead = false;
  private readonly path: string;

  constructor(private readonly dir: string) {
    this.path = join(dir, FILE);
  }

  /**
   * Reads the records, in the order of the keys. A damaged file is renamed, so that a person can
   * still recover data from it.
   * @returns in `aside` the new name of a damaged file
   * @throws UserError if the file is of a later version
   */
  load(): { entries: RecordEntry[]; aside?: string } {
    try {
      // SQLite accepts an empty file as a new database, but this store never leaves a file empty.
      if (existsSync(this.path) && statSync(this.path).size === 0) throw new Error("malformed");
      return { entries: this.read() };
    } catch (error) {
      if (error instanceof UserError || !DAMAGED.test(messageOf(error))) throw error;
      this.close();
      const aside = this.putAside();
      return { entries: this.read(), aside };
    }
  }

  write(changes: readonly RecordChange[]): void {
    const db = this.open();
    transaction(db, () => apply(db, changes));
  }

  /**
   * Replaces all records, on a new connection to the file: after a failure, the old connection may
   * be broken, too.
   */
  replace(entries: readonly RecordEntry[]): void {
    this.close();
    try {
      this.replaceAll(entries);
    } catch (error) {
      this.close();
      if (!DAMAGED.test(messageOf(error))) throw error;
      this.putAside();
      this.replaceAll(entries);
    }
  }

  close(): void {
    const { db } = this;
    this.db = undefined;
    try {
      db?.close();
    } catch {
      // Changes that could not be written were reported before.
    }
  }

  private replaceAll(entries: readonly RecordEntry[]): void {
    // A file that could not be read at the start is renamed, not overwritten: it may be readable
    // later.
    if (!this.isRead) this.putAside();
    this.isRead = true;
    const db = this.open();
    transaction(db, () => {
      db.exec("DELETE FROM record");
      apply(db, entries);
    });
  }

  private open(): Database {
    if (this.db) return this.db;
    makeFolder(this.dir);
    const db = openSqlite(this.path);
    this.db = db;
    const version = pragma(db, "user_version");
    if (version > VERSION)
      throw new UserError(
        `--data: ${this.path} is of version ${version}, this nightlight knows up to ${VERSION}`,
      );
    if (version < VERSION) transaction(db, () => db.exec(TABLE));
    return db;
  }

  private read(): RecordEntry[] {
    const entries: RecordEntry[] = [];
    for (const row of this.open().all("SELECT key, head, body FROM record ORDER BY key")) {
      const { key, head, body } = row as { key: string; head: string; body: Uint8Array | null };
      JSON.parse(head);
      entries.push({ key, head, ...(body && { body }) });
    }
    this.isRead = true;
    return entries;
  }

  private putAside(): string {
    const aside = `${this.path}.damaged-${new Date().toISOString().replaceAll(":", "")}`;
    for (const suffix of ["", "-wal"])
      if (existsSync(this.path + suffix)) renameSync(this.path + suffix, aside + suffix);
    return aside;
  }
}

function apply(db: Database, changes: readonly RecordChange[]): void {
  const put = db.prepare("INSERT OR REPLACE INTO record VALUES (?, ?, ?)");
  const remove = db.prepare("DELETE FROM record WHERE key = ?");
  try {
    for (const change of changes)
      if (change.head === undefined) remove.run([change.key]);
      else put.run([change.key, change.head, change.body ?? null]);
  } finally {
    put.finalize();
    remove.finalize();
  }
}
