import { rmSync, statSync } from "node:fs";
import { Database, type SQLiteValue } from "node-sqlite3-wasm";
import { UserError } from "./user-error";

/**
 * The value of auto_vacuum for incremental vacuum:
 * https://www.sqlite.org/pragma.html#pragma_auto_vacuum
 */
const INCREMENTAL = 2;

/**
 * Opens a database in a folder that no other process uses, with a write-ahead log: committed data
 * survives the end of the process, but a power failure may lose the last moments.
 * @throws UserError if the path is a folder
 */
export function openSqlite(path: string): Database {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${path}: expected a file, got a folder`);
  // The lock of this SQLite library is a folder, which stays behind if the process is killed.
  if (path !== ":memory:") rmSync(`${path}.lock`, { recursive: true, force: true });
  const db = new Database(path);
  try {
    // The locking mode is set before the first access: the write-ahead log then needs no shared
    // memory, which this build of SQLite lacks (https://www.sqlite.org/wal.html, section 8).
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    // Setting it again would write to the file, and on a full disk the database could not be
    // opened.
    if (pragma(db, "auto_vacuum") !== INCREMENTAL) db.exec(`PRAGMA auto_vacuum = ${INCREMENTAL}`);
    db.exec("PRAGMA journal_mode = WAL");
    // Flushes the log to the disk only at a checkpoint.
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

/** Does all of the work in one transaction, or none of it. */
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
