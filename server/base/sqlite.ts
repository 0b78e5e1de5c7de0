import { rmSync, statSync } from "node:fs";
import { Database, type SQLiteValue } from "node-sqlite3-wasm";
import { UserError } from "./user-error";

/** Of auto_vacuum: https://www.sqlite.org/pragma.html#pragma_auto_vacuum */
const INCREMENTAL = 2;

/**
 * Opens a database in a folder that no other process uses, with a write-ahead log: what is
 * committed survives the end of the process, but a loss of power may cost the last moments.
 * @throws UserError if it is a folder
 */
export function openSqlite(path: string): Database {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${path}: expected a file, got a folder`);
  // This library's lock is a folder, which outlives a process that was killed.
  if (path !== ":memory:") rmSync(`${path}.lock`, { recursive: true, force: true });
  const db = new Database(path);
  try {
    // Before the first access, for then the write-ahead log needs no shared memory, which this
    // build of SQLite has not (https://www.sqlite.org/wal.html, section 8).
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    // Set again it would be written again, and a full disk would let nobody read what is there.
    if (pragma(db, "auto_vacuum") !== INCREMENTAL) db.exec(`PRAGMA auto_vacuum = ${INCREMENTAL}`);
    db.exec("PRAGMA journal_mode = WAL");
    // Flushes the log to the disk when it is taken over.
    db.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 4194304");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function pragma(db: Database, name: string): number {
  return Number((db.get(`PRAGMA ${name}`) as Record<string, SQLiteValue> | null)?.[name] ?? 0);
}

/** All of the work, or nothing of it. */
export function transaction(db: Database, work: () => void): void {
  db.exec("BEGIN");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
