import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openSqlite, pragma } from "../../server/base/sqlite";
import { FILE } from "../../server/history/database";
import type { Row } from "../../server/history/row";
import { Store } from "../../server/history/store";
import { folderForTest } from "../support/folder";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 30);
const ALL = { fromMs: 0, toMs: 1e15 };
const DEVICES = ["a", "b", "c"];
const ROWS = 3_000;
/** The schema of version 1. It was released, so it must never change. */
const VERSION_1 = `
  CREATE TABLE device (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  CREATE TABLE reading (
    device INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    value,
    led_on INTEGER,
    PRIMARY KEY (device, at_ms)
  ) WITHOUT ROWID;
  CREATE INDEX reading_at ON reading (at_ms);
  PRAGMA user_version = 1;`;

/**
 * `sparse` spreads the rows over three days until now: early minutes have one reading, late minutes
 * have many. `dense` has one reading every second.
 */
const sparse = (i: number) => rowAt(i, NOW_MS - Math.round(((ROWS - i) / ROWS) ** 6 * 3 * DAY_MS));
const dense = (i: number) => rowAt(i, NOW_MS - (ROWS - i) * 1_000);

function rowAt(i: number, atMs: number): Row {
  return { atMs, values: { light: (i * 37) % 1_024 }, ledOn: i % 3 === 0 ? null : i % 2 === 0 };
}

describe("a history of version 1", () => {
  let dir: string;

  beforeEach(() => {
    dir = folderForTest();
  });

  const open = (maxBytes = 100_000_000) => new Store({ dir, maxAgeMs: 7 * DAY_MS, maxBytes });
  const week = { fromMs: NOW_MS - 7 * DAY_MS, toMs: NOW_MS + 1 };

  /**
   * Fills a database of version 1.
   * @returns the rows of each device
   */
  function fill(make: (i: number) => Row): Row[] {
    const all = Array.from({ length: ROWS }, (_, i) => make(i));
    const rows = [...new Map(all.map((row) => [row.atMs, row])).values()];
    const db = openSqlite(join(dir, FILE));
    db.exec(`BEGIN; ${VERSION_1}`);
    db.run("INSERT INTO device VALUES (1, 'a'), (2, 'b'), (7, 'c'), (9, 'nobody')");
    const insert = db.prepare("INSERT INTO reading VALUES (?, ?, ?, ?)");
    for (const device of [1, 2, 7])
      for (const { atMs, values, ledOn } of rows)
        insert.run([device, atMs, values["light"] ?? null, ledOn === null ? null : Number(ledOn)]);
    insert.finalize();
    db.exec("COMMIT");
    db.close();
    return rows;
  }

  function unpacked(): number {
    const db = openSqlite(join(dir, FILE));
    const { count } = db.get("SELECT count(*) AS count FROM reading") as { count: number };
    expect(pragma(db, "user_version")).toBe(2);
    db.close();
    return count;
  }

  it("is readable immediately, and converted in parts, also across a restart", () => {
    const rows = fill(sparse);
    let store = open();
    const total = DEVICES.length * rows.length;
    const lastMinuteMs = NOW_MS - (NOW_MS % MINUTE_MS);
    const inLastMinute = DEVICES.length * rows.filter(({ atMs }) => atMs >= lastMinuteMs).length;
    const before = store.points("c", week, 50);
    for (let left = total, step = 0; left > inLastMinute; step++) {
      expect(step).toBeLessThan(100);
      if (step % 10 === 0) for (const id of DEVICES) expect(store.page(id, ALL, -1)).toEqual(rows);
      expect(store.append([], NOW_MS)).toBeUndefined();
      store.close();
      const now = unpacked();
      expect(left - now).toBeLessThanOrEqual(6_000 + 2_000);
      left = now;
      store = open();
    }
    for (let i = 0; i < 3; i++) store.append([], NOW_MS + 2 * MINUTE_MS);
    const after = store.points("c", week, 50);
    const essence = ({ points }: typeof before) =>
      points.map(({ readings, values }) => [readings, values["light"]?.min, values["light"]?.max]);
    expect(essence(after)).toEqual(essence(before));
    expect(store.has("nobody")).toBe(false);
    store.close();
    expect(unpacked()).toBe(0);
    store = open();
    for (const id of DEVICES) expect(store.page(id, ALL, -1)).toEqual(rows);
    // The points of a span of 300 days are made from hours.
    const { points } = store.points(
      "a",
      { fromMs: NOW_MS - 300 * DAY_MS, toMs: NOW_MS + 1 },
      5_000,
    );
    expect(points.reduce((sum, { readings }) => sum + readings, 0)).toBe(rows.length);
    store.close();
  });

  it("loses nothing if only the packed rows fit the limit", () => {
    const rows = fill(dense);
    const store = open(200_000);
    expect(store.bytes).toBeGreaterThan(200_000);
    for (let i = 0; i < 10; i++) expect(store.append([], NOW_MS + i)).toBeUndefined();
    expect(store.bytes).toBeLessThanOrEqual(200_000);
    for (const id of DEVICES) expect(store.page(id, ALL, -1)).toEqual(rows);
    store.close();
  });
});
