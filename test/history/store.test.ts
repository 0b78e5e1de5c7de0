import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FILE, putAside } from "../../server/history/database";
import type { DeviceRow } from "../../server/history/row";
import { Store } from "../../server/history/store";
import { folderForTest } from "../support/folder";

const DAY_MS = 24 * 3_600_000;
const ALL = { fromMs: 0, toMs: 1e12 };

describe("the store of the history", () => {
  let dir: string;
  let store: Store;

  beforeEach(() => {
    dir = folderForTest();
    store = open();
  });

  afterEach(() => {
    store.close();
  });

  it("deletes all rows of one device, and none of another", () => {
    const many = Array.from({ length: 5_000 }, (_, at) => reading("a", at + 1));
    store.append([...many, reading("b", 1)], 1_000);
    expect([store.has("a"), store.has("b"), store.has("c")]).toEqual([true, true, false]);
    store.remove("a");
    store.remove("c");
    expect(store.has("a")).toBe(false);
    reopen();
    expect(store.page("a", ALL, 10)).toEqual([]);
    expect(store.page("b", ALL, 10)).toHaveLength(1);
    store.append([reading("a", 7)], 1_000);
    expect(store.page("a", ALL, 10)).toHaveLength(1);
  });

  function open(maxAgeMs = DAY_MS, maxBytes = 100_000_000): Store {
    return new Store({ dir, maxAgeMs, maxBytes });
  }

  function reopen(maxAgeMs?: number, maxBytes?: number): void {
    store.close();
    store = open(maxAgeMs, maxBytes);
  }

  const reading = (id: string, atMs: number, light = atMs): DeviceRow => ({
    id,
    atMs,
    values: { light },
    ledOn: null,
  });
  const times = (id: string) => store.page(id, ALL, -1).map(({ atMs }) => atMs);

  it("counts rows that are older than the retention, and stores none of them", () => {
    const nowMs = 2_000 * DAY_MS;
    const rows = [400, 367 + 2, 300, 8, 0].map((days) => reading("a", nowMs - days * DAY_MS, days));
    // The age of this reading is a whole number, but its time is outside the range of Date.
    store.append([...rows, reading("a", nowMs - Number.MAX_SAFE_INTEGER)], nowMs);
    expect(store.takeTooOld()).toBe(3);
    expect(store.takeTooOld()).toBe(0);
    const lightOf = () =>
      store.points("a", { fromMs: 0, toMs: nowMs + 1 }, 100).points.map(({ values }) => values);
    expect(lightOf().map(({ light }) => light?.max)).toEqual([300, 8, 0]);
    store.append([reading("a", nowMs - 500 * DAY_MS)], nowMs + 60_000);
    expect(store.takeTooOld()).toBe(1);
    expect(lightOf()).toHaveLength(3);
  });

  it("keeps new rows after a clock that was more than a year ahead is corrected", () => {
    store.append([reading("a", 3_000 * DAY_MS)], 3_000 * DAY_MS);
    store.append([reading("a", 2_000 * DAY_MS)], 2_000 * DAY_MS, 3_000 * DAY_MS);
    expect(store.takeTooOld()).toBe(0);
  });

  it("has each row at its own time, also after a restart", () => {
    store.append([reading("a", 5_000), reading("b", 5_000), reading("a", 7_000)], 7_000);
    store.append([reading("a", 6_000)], 8_000);
    reopen();
    store.append([reading("a", 1_000)], 9_000);
    expect(times("a")).toEqual([1_000, 5_000, 6_000, 7_000]);
    expect(times("b")).toEqual([5_000]);
    expect(times("nobody")).toEqual([]);
  });

  it("starts empty in an empty file, or beside a damaged one, which stays unchanged", () => {
    const path = join(dir, "history.db");
    for (const id of ["a", "b"])
      store.append(
        Array.from({ length: 500 }, (_, atMs) => reading(id, atMs)),
        1_000,
      );
    store.close();
    const damaged = readFileSync(path).fill(0xa5, 0, 4_096);
    writeFileSync(path, damaged);
    expect(() => open()).toThrow("file is not a database");
    expect(readFileSync(path).equals(damaged)).toBe(true);
    const aside = putAside(dir);
    expect(readFileSync(aside).equals(damaged)).toBe(true);
    writeFileSync(path, "");
    store = open();
    store.append([reading("a", 7)], 1_000);
    reopen();
    expect(times("a")).toEqual([7]);
  });

  it("keeps light, other fields, fractions, and the LED alone", () => {
    const rows: DeviceRow[] = [
      { id: "a", atMs: 1, values: { light: 652 }, ledOn: true },
      { id: "a", atMs: 2, values: { hall: 18.25, roof: -3 }, ledOn: false },
      { id: "a", atMs: 3, values: { light: 0.5 }, ledOn: null },
      { id: "a", atMs: 4, values: {}, ledOn: true },
      { id: "a", atMs: 5, values: { hall: Infinity, roof: 1 }, ledOn: null },
    ];
    store.append(rows, 10);
    const kept = store.page("a", ALL, -1);
    expect(kept.slice(0, 4).map((row) => ({ id: "a", ...row }))).toEqual(rows.slice(0, 4));
    expect(kept[4]?.values).toEqual({ roof: 1 });
  });

  it("joins a reading and a change of the LED in the same millisecond", () => {
    store.append([{ id: "a", atMs: 1, values: {}, ledOn: true }, reading("a", 1, 5)], 1);
    expect(store.page("a", ALL, -1)).toEqual([{ atMs: 1, values: { light: 5 }, ledOn: true }]);
  });

  it.each([1, 7, 8, 9, 40])("keeps each of %d readings in one batch, with its LED", (count) => {
    const readings = Array.from({ length: count }, (_, at) => reading("a", at + 1));
    const leds = readings.map(({ id, atMs }) => ({ id, atMs, values: {}, ledOn: atMs % 2 === 0 }));
    store.append([...readings, ...leds], count);
    expect(store.page("a", ALL, -1)).toEqual(
      readings.map(({ atMs, values }) => ({ atMs, values, ledOn: atMs % 2 === 0 })),
    );
  });

  it("keeps both of two readings in one millisecond, also across a minute's end", () => {
    store.append([reading("a", 59_999, 1), reading("a", 59_999, 2)], 60_000);
    store.append([reading("a", 59_999, 3)], 200_000);
    const rows = store.page("a", ALL, 10).map(({ atMs, values }) => [atMs, values["light"]]);
    expect(rows).toEqual([
      [59_999, 1],
      [60_000, 2],
      [60_001, 3],
    ]);
  });

  it("keeps a late reading beside a packed one of the same millisecond", () => {
    store.append([reading("a", 1_000, 1)], 1_000);
    store.append([reading("a", 200_000, 2)], 200_000);
    reopen();
    store.append([reading("a", 1_000, 3), reading("a", 200_000, 4)], 201_000);
    const rows = store.page("a", ALL, 10).map(({ atMs, values }) => [atMs, values["light"]]);
    expect(rows).toEqual([
      [1_000, 1],
      [1_001, 3],
      [200_000, 2],
      [200_001, 4],
    ]);
  });

  it("returns the requested span page by page", () => {
    store.append(
      [1, 2, 3, 4, 5].map((atMs) => reading("a", atMs)),
      5,
    );
    const page = store.page("a", { fromMs: 2, toMs: 5 }, 2);
    expect(page.map(({ atMs }) => atMs)).toEqual([2, 3]);
  });

  it("deletes rows that are too old, to the minute, and accepts none that already are", () => {
    store.append([reading("a", 1_000), reading("b", 62_000)], 70_000);
    store.append([reading("a", DAY_MS + 60_500)], DAY_MS + 60_500);
    tidy(DAY_MS + 61_000);
    expect(times("a")).toEqual([DAY_MS + 60_500]);
    expect(times("b")).toEqual([62_000]);
    store.append([reading("b", 1_400), reading("b", 61_600)], DAY_MS + 61_500);
    tidy(DAY_MS + 62_000);
    expect(times("b")).toEqual([61_600, 62_000]);
  });

  it("stays below its size limit by deleting the oldest rows of any device", () => {
    const maxBytes = 1_000_000;
    reopen(DAY_MS, maxBytes);
    let atMs = 0;
    let largest = 0;
    for (let batch = 0; batch < 160; batch++) {
      const rows: DeviceRow[] = [];
      for (let i = 0; i < 1_500; i++)
        rows.push(reading(`light-${i % 20}`, (atMs += 25), (atMs * 7_919) % 1_024));
      store.append(rows, atMs);
      largest = Math.max(largest, statSync(join(dir, FILE)).size, store.bytes);
    }
    expect(largest).toBeLessThanOrEqual(maxBytes);
    expect(largest).toBeGreaterThan(0.8 * maxBytes);
    const oldest = Array.from({ length: 20 }, (_, i) => times(`light-${i}`)[0] ?? 0);
    expect(Math.max(...oldest) - Math.min(...oldest)).toBeLessThanOrEqual(120_000);
    // There is no gap between the stored readings.
    const kept = times("light-0");
    expect(kept.at(-1)).toBe(atMs - 19 * 25);
    expect(kept.length).toBe(((kept.at(-1) ?? 0) - (kept[0] ?? 0)) / 500 + 1);
  });

  it("shrinks to a limit that is lower than before", () => {
    for (let batch = 0; batch < 40; batch++)
      store.append(
        Array.from({ length: 4_000 }, (_, i) =>
          reading("a", batch * 4_000_000 + i * 1_000 + (i % 7)),
        ),
        batch * 4_000_000,
      );
    const before = store.bytes;
    expect(before).toBeGreaterThan(600_000);
    const nowMs = 160_000_000;
    reopen(DAY_MS, 500_000);
    for (let i = 0; i < 40; i++) store.append([reading("a", nowMs + i)], nowMs + i);
    expect(store.bytes).toBeLessThanOrEqual(500_000);
    expect(times("a").at(-1)).toBe(nowMs + 39);
  });

  /** Runs the store's maintenance often enough that none is pending. */
  function tidy(nowMs: number): void {
    for (let i = 0; i < 5; i++) expect(store.append([], nowMs)).toBeUndefined();
  }
});
