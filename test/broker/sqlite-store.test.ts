import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RecordEntry } from "../../server/broker/records";
import { SqliteStore } from "../../server/broker/sqlite-store";
import { folderForTest } from "../support/folder";

describe("the broker's file", () => {
  let dir: string;
  let store: SqliteStore;

  beforeEach(() => {
    dir = folderForTest();
    store = new SqliteStore(dir);
    store.load();
    const entries = Array.from({ length: 500 }, (_, i): RecordEntry => {
      return { key: `retained/${i}`, head: `{"n":${i}}`, body: new Uint8Array(200).fill(i) };
    });
    store.write(entries);
  });

  afterEach(() => {
    store.close();
  });

  function reopen(): ReturnType<SqliteStore["load"]> {
    store.close();
    store = new SqliteStore(dir);
    return store.load();
  }

  it("contains all records that were put and not deleted, in the order of their keys", () => {
    store.write([{ key: "retained/7" }, { key: "a", head: "{}" }]);
    const { entries, aside } = reopen();
    expect(aside).toBeUndefined();
    expect(entries).toHaveLength(500);
    expect(entries[0]).toEqual({ key: "a", head: "{}" });
    expect(entries.find(({ key }) => key === "retained/7")).toBeUndefined();
    expect(entries.at(-1)).toMatchObject({ key: "retained/99", head: '{"n":99}' });
  });

  it.each([
    ["empty", (path: string) => truncateSync(path, 0)],
    ["cut off", (path: string) => truncateSync(path, 20_000)],
    [
      "something else",
      (path: string) => writeFileSync(path, "not a database, but a text\n".repeat(99)),
    ],
    [
      "overwritten in its midst",
      (path: string) => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xa5, 4_096, 40_000));
      },
    ],
  ])("is set aside if it is %s, and a new one is created", (_what, damage) => {
    store.close();
    damage(join(dir, "broker.db"));
    const { entries, aside } = reopen();
    expect(entries).toEqual([]);
    expect(aside).toMatch(/broker\.db\.damaged-/);
    expect(readdirSync(dir).some((name) => name.startsWith("broker.db.damaged-"))).toBe(true);
    store.write([{ key: "a", head: "{}" }]);
    expect(reopen()).toEqual({ entries: [{ key: "a", head: "{}" }] });
  });

  it("is replaced as a whole", () => {
    store.replace([{ key: "b", head: "{}" }]);
    expect(reopen().entries).toEqual([{ key: "b", head: "{}" }]);
  });

  it("is not overwritten by a process that could not read it", () => {
    store.close();
    const other = new SqliteStore(dir);
    other.replace([{ key: "b", head: "{}" }]);
    other.close();
    expect(readdirSync(dir).some((name) => name.startsWith("broker.db.damaged-"))).toBe(true);
    expect(reopen().entries).toEqual([{ key: "b", head: "{}" }]);
  });
});
