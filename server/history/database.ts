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
];

/**
 * Opens the history in a folder that nobody else uses, or one in memory.
 * @throws UserError if it can't be used, Error if the disk is full or fails
 */
export function openDatabase(dir: string | undefined): Database {
  let db: Database | undefined;
  try {
    if (dir !== undefined) {
      makeFolder(dir);
    }
    db = openSqlite(dir === undefined ? ":memory:" : join(dir, FILE));
    prepare(db);
    return db;
  } catch (error) {
    if (db?.isOpen) db.close();
    if (error instanceof UserError || DISK_FAILS.test(messageOf(error))) throw error;
    throw new UserError(
      `${join(dir ?? "", FILE)}: ${messageOf(error)}; move it away to start again`,
    );
  }
}

function prepare(db: Database): void {
  const version = pragma(db, "user_version");
  if (version > MIGRATIONS.length)
    throw new UserError(
      `${FILE}: is of version ${version}, this nightlight knows up to ${MIGRATIONS.length}`,
    );
  for (const [from, step] of MIGRATIONS.entries())
    if (from >= version) db.exec(`BEGIN; ${step} PRAGMA user_version = ${from + 1}; COMMIT`);
  // Whoever has nothing left here; each start may bring other ids.
  db.exec("DELETE FROM device WHERE NOT EXISTS (SELECT 1 FROM reading WHERE device = number)");
}
