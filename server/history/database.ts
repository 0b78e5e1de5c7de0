import { existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "node-sqlite3-wasm";
import { DISK_FAILS } from "../base/disk-health";
import { makeFolder } from "../base/make-folder";
import { openSqlite, pragma } from "../base/sqlite";
import { messageOf, UserError } from "../base/user-error";

/** The database file and the migrations of its schema. */

export const FILE = "history.db";

/** The step at index N migrates the schema from version N to N + 1. Released steps never change. */
const MIGRATIONS = [
  `CREATE TABLE device (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
   CREATE TABLE reading (
     device INTEGER NOT NULL,
     at_ms INTEGER NOT NULL,
     -- A number is the light level, a text is JSON of all fields, null is a change of the LED.
     value,
     led_on INTEGER,
     PRIMARY KEY (device, at_ms)
   ) WITHOUT ROWID;
   CREATE INDEX reading_at ON reading (at_ms);`,
  // The rows in `reading` move, packed, to the other three tables; see packer.ts and levels.ts.
  `DROP INDEX reading_at;
   CREATE TABLE raw (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
   CREATE TABLE minute (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
   CREATE TABLE hour (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
   CREATE TABLE level (
     name TEXT PRIMARY KEY,
     -- What is older is gone, and is not begun again.
     floor_ms INTEGER NOT NULL,
     -- What its records take.
     bytes INTEGER NOT NULL
   ) WITHOUT ROWID;
   INSERT INTO level VALUES ('raw', -8.64e15, 0), ('minute', -8.64e15, 0), ('hour', -8.64e15, 0);`,
];
/**
 * SQLite's messages for an unreadable file (SQLITE_CORRUPT, SQLITE_NOTADB), and this folder's for
 * an unreadable record.
 */
export const DAMAGED = /malformed|not a database/i;

/**
 * Opens the database in a folder that only this process uses, or in memory.
 * @throws UserError if the file can't be used, Error if it is damaged or if the disk is full or
 *   fails
 */
export function openDatabase(dir: string | undefined): Database {
  let db: Database | undefined;
  try {
    if (dir !== undefined) {
      makeFolder(dir);
    }
    db = openSqlite(dir === undefined ? ":memory:" : join(dir, FILE));
    // Each commit waits for the disk, so that a written batch survives a power loss. Only this
    // thread waits.
    db.exec("PRAGMA synchronous = FULL");
    prepare(db);
    return db;
  } catch (error) {
    if (db?.isOpen) db.close();
    const message = messageOf(error);
    if (error instanceof UserError || DISK_FAILS.test(message) || DAMAGED.test(message))
      throw error;
    throw new UserError(`${join(dir ?? "", FILE)}: ${message}; move it away to start again`);
  }
}

/**
 * Renames a damaged file instead of deleting it: a person may still recover data from it.
 * @returns the new path
 */
export function putAside(dir: string): string {
  const path = join(dir, FILE);
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(":", "")}`;
  for (const suffix of ["", "-wal"])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

/**
 * Whether the file exists and is empty. SQLite treats an empty file as a new database, but earlier
 * data may have been lost.
 */
export function isEmptyFile(dir: string): boolean {
  return statSync(join(dir, FILE), { throwIfNoEntry: false })?.size === 0;
}

function prepare(db: Database): void {
  const version = pragma(db, "user_version");
  if (version > MIGRATIONS.length)
    throw new UserError(`${FILE}: expected version ${MIGRATIONS.length} or lower, got ${version}`);
  for (const [from, step] of MIGRATIONS.entries())
    if (from >= version) db.exec(`BEGIN; ${step} PRAGMA user_version = ${from + 1}; COMMIT`);
}
