import { existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "node-sqlite3-wasm";
import { DISK_FAILS } from "../base/disk";
import { makeFolder } from "../base/make-folder";
import { openSqlite, pragma } from "../base/sqlite";
import { messageOf, UserError } from "../base/user-error";

/** The database's file and what is in it, version by version. */

export const FILE = "history.db";

/** Each step leads from the version of its index to the next; what was released never changes. */
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
  // What is in reading moves on, packed, to the other three; see packer.ts and levels.ts.
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
/** What SQLite says of a file that it can't make sense of (SQLITE_CORRUPT, SQLITE_NOTADB), and we of a record. */
export const DAMAGED = /malformed|not a database/i;

/**
 * Opens the history in a folder that nobody else uses, or one in memory.
 * @throws UserError if it can't be used, Error if it is damaged, or the disk is full or fails
 */
export function openDatabase(dir: string | undefined): Database {
  let db: Database | undefined;
  try {
    if (dir !== undefined) {
      makeFolder(dir);
    }
    db = openSqlite(dir === undefined ? ":memory:" : join(dir, FILE));
    // What a batch has written survives a loss of power: the disk is waited for, in this thread.
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
 * Renames a damaged file, in which a person may still find something.
 * @returns its new path
 */
export function putAside(dir: string): string {
  const path = join(dir, FILE);
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(":", "")}`;
  for (const suffix of ["", "-wal"])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}

/** SQLite takes an empty file for a new one; but what was there before may be gone. */
export function isEmptyFile(dir: string): boolean {
  return statSync(join(dir, FILE), { throwIfNoEntry: false })?.size === 0;
}

function prepare(db: Database): void {
  const version = pragma(db, "user_version");
  if (version > MIGRATIONS.length)
    throw new UserError(
      `${FILE}: is of version ${version}, this nightlight knows up to ${MIGRATIONS.length}`,
    );
  for (const [from, step] of MIGRATIONS.entries())
    if (from >= version) db.exec(`BEGIN; ${step} PRAGMA user_version = ${from + 1}; COMMIT`);
}
