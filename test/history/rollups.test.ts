import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeviceRow, Row } from "../../server/history/row";
import { Store } from "../../server/history/store";
import type { HistoryPoint } from "../../src/common/api";
import { folderForTest } from "../support/folder";
import { Random } from "../support/random";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The beginning of a UTC day. */
const BEGIN_MS = Date.UTC(2026, 10, 1);

/**
 * A point of the chart, with `roughly`: the permitted error of the share of time for which the LED
 * was on.
 */
type Expected = HistoryPoint & { roughly: number };

/** Keeps all rows in memory, and computes the expected chart directly from them. */
class Model {
  private readonly rows = new Map<string, Map<number, Row>>();

  add({ id, atMs, values, ledOn }: DeviceRow): void {
    const rows = this.rows.get(id) ?? new Map<number, Row>();
    this.rows.set(id, rows);
    const old = rows.get(atMs);
    const isReading = Object.keys(values).length > 0;
    rows.set(atMs, {
      atMs,
      values: isReading ? values : (old?.values ?? {}),
      ledOn: ledOn ?? old?.ledOn ?? null,
    });
  }

  of(id: string, fromMs: number, toMs: number): Row[] {
    return [...(this.rows.get(id)?.values() ?? [])]
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .sort((a, b) => a.atMs - b.atMs);
  }

  points(id: string, fromMs: number, toMs: number, bucketMs: number): Expected[] {
    const buckets = new Map<number, Row[]>();
    for (const row of this.of(id, fromMs, toMs)) {
      const place = Math.floor(row.atMs / bucketMs);
      buckets.set(place, [...(buckets.get(place) ?? []), row]);
    }
    return [...buckets.values()].map(pointOf);
  }
}

function pointOf(rows: Row[]): Expected {
  const second = (ms: number | undefined) => Math.floor((ms ?? 0) / SECOND_MS) * SECOND_MS;
  const values: HistoryPoint["values"] = {};
  for (const field of ["light", "roof"]) {
    const all = rows.flatMap((row) => row.values[field] ?? []);
    if (all.length === 0) continue;
    const mean = all.reduce((sum, value) => sum + value) / all.length;
    values[field] = { min: Math.min(...all), mean, max: Math.max(...all) };
  }
  // Each known LED state holds until the next known state, or until the end of its minute.
  let knownMs = 0;
  let onMs = 0;
  const said = rows.filter(({ ledOn }) => ledOn !== null);
  said.forEach(({ atMs, ledOn }, i) => {
    const minuteEndMs = (Math.floor(atMs / MINUTE_MS) + 1) * MINUTE_MS;
    const lengthMs = Math.min(minuteEndMs, said[i + 1]?.atMs ?? Infinity) - atMs;
    knownMs += lengthMs;
    if (ledOn) onMs += lengthMs;
  });
  return {
    atMs: second(rows[0]?.atMs),
    lastMs: second(rows.at(-1)?.atMs),
    readings: rows.filter((row) => Object.keys(row.values).length > 0).length,
    values,
    ledOn: said.length === 0 ? null : onMs / knownMs,
    roughly: (150 * said.length) / knownMs,
  };
}

function expectSame(got: HistoryPoint[], expected: Expected[], what: string): void {
  const plain = (points: readonly HistoryPoint[]) =>
    points.map(({ atMs, lastMs, readings, values }) => ({
      atMs,
      lastMs,
      readings,
      fields: Object.keys(values).sort(),
    }));
  expect(plain(got), what).toEqual(plain(expected));
  got.forEach((point, i) => {
    const other = expected[i];
    for (const [field, { min, mean, max }] of Object.entries(other?.values ?? {})) {
      const range = point.values[field];
      expect([range?.min, range?.max], what).toEqual([min, max]);
      // The mean is compared with a tolerance, because a sum of fractions depends on the order of
      // the summands.
      expect(Math.abs((range?.mean ?? NaN) - mean), what).toBeLessThanOrEqual(
        1e-9 * Math.max(Math.abs(min), Math.abs(max)),
      );
    }
    // For each minute, the time for which the LED was on is stored to a tenth of a second.
    if (other?.ledOn == null) expect(point.ledOn, what).toBeNull();
    else expect(Math.abs((point.ledOn ?? NaN) - other.ledOn), what).toBeLessThan(other.roughly);
  });
}

describe("the rollups", () => {
  let dir: string;
  let store: Store;
  let model: Model;

  beforeEach(() => {
    dir = folderForTest();
    model = new Model();
    open();
  });

  afterEach(() => {
    store.close();
  });

  function open(maxAgeMs = 40 * DAY_MS, maxBytes = 100_000_000): void {
    store = new Store({ dir, maxAgeMs, maxBytes });
  }

  function append(rows: DeviceRow[], nowMs: number): void {
    for (const row of rows) model.add(row);
    expect(store.append(rows, nowMs)).toBeUndefined();
  }

  const query = (id: string, fromMs: number, toMs: number, points: number) =>
    store.points(id, { fromMs, toMs }, points);

  it.each([1, 2, 3])("match the readings, whatever their order (seed %d)", (seed) => {
    const random = new Random(seed);
    const value = () =>
      random.pick([
        random.below(1_024),
        random.below(10_000) / 100,
        -1 - random.below(50),
        1e-9,
        3e17,
      ]);
    const taken = new Set<string>();
    const row = (wishedMs: number): DeviceRow => {
      const values: Row["values"] = {};
      if (random.below(6) > 0) values["light"] = value();
      if (random.below(3) === 0) values["roof"] = value();
      const id = `lamp-${random.below(2)}`;
      let atMs = wishedMs;
      // A millisecond gets only one reading here, because distinct-times.test.ts tests several.
      while (Object.keys(values).length > 0 && taken.has(`${id} ${atMs}`)) atMs--;
      taken.add(`${id} ${atMs}`);
      return {
        id,
        atMs,
        values,
        ledOn: random.pick([true, false, null]),
      };
    };
    let nowMs = BEGIN_MS + random.below(DAY_MS);
    for (let batch = 0; batch < 60; batch++) {
      nowMs += random.pick([1_000, 1_000, 20_000, MINUTE_MS, HOUR_MS / 2]);
      // Most readings are current, some are hours or days late, and some are from a clock that is
      // ahead.
      const age = () =>
        random.pick([
          random.below(1_000),
          random.below(5 * HOUR_MS),
          random.below(2 * DAY_MS),
          -HOUR_MS,
        ]);
      append(
        Array.from({ length: random.below(30) }, () => row(nowMs - age())),
        nowMs,
      );
      if (random.below(20) === 0) {
        store.close();
        open();
      }
    }
    for (let i = 0; i < 5; i++) append([], nowMs);
    const dayMs = Math.floor(BEGIN_MS / DAY_MS) * DAY_MS - 3 * DAY_MS;
    for (const id of ["lamp-0", "lamp-1"]) {
      const endMs = dayMs + 8 * DAY_MS;
      expect(store.page(id, { fromMs: 0, toMs: Infinity }, -1)).toEqual(model.of(id, 0, Infinity));
      for (let round = 0; round < 6; round++) {
        const fromMs = dayMs + random.below(60) * HOUR_MS;
        const minutes = query(id, fromMs, endMs, 2 + random.below(100));
        expect(minutes.bucketMs % MINUTE_MS).toBe(0);
        expectSame(
          minutes.points,
          model.points(id, fromMs, endMs, minutes.bucketMs),
          `${id} minutes`,
        );
        const yearMs = fromMs - 300 * DAY_MS;
        const hours = query(id, yearMs, endMs, 2 + random.below(60));
        expect(hours.bucketMs % HOUR_MS).toBe(0);
        expectSame(hours.points, model.points(id, yearMs, endMs, hours.bucketMs), `${id} hours`);
      }
    }
  });

  it("are replaced by the rows if a long span has no more rows than requested", () => {
    const times = [0, 3 * DAY_MS, 3 * DAY_MS + 5, 6 * DAY_MS].map(
      (passedMs) => BEGIN_MS + passedMs,
    );
    const nowMs = BEGIN_MS + 6 * DAY_MS + HOUR_MS;
    const rows = times.map((atMs) => ({
      id: "lamp",
      atMs,
      values: { light: atMs % 7 },
      ledOn: true,
    }));
    append(rows, nowMs);
    for (let i = 0; i < 3; i++) append([], nowMs);
    // This row is not packed yet.
    append([{ id: "lamp", atMs: nowMs, values: { light: 9 }, ledOn: false }], nowMs);
    for (const fromMs of [0, BEGIN_MS]) {
      const { bucketMs, points } = query("lamp", fromMs, nowMs + 1, 5);
      expect(bucketMs).toBe(0);
      expect(points.map(({ atMs, lastMs }) => [atMs, lastMs])).toEqual(
        [...times, nowMs].map((atMs) => [atMs, atMs]),
      );
    }
    expect(query("lamp", BEGIN_MS, nowMs + 1, 4).bucketMs % MINUTE_MS).toBe(0);
  });

  it.each([11, 12, 13])(
    "stay correct when the readings are gone and others arrive late (seed %d)",
    (seed) => {
      const random = new Random(seed);
      store.close();
      // The store keeps rows for an hour.
      open(HOUR_MS);
      let nowMs = BEGIN_MS;
      let light = 0;
      const row = (atMs: number): DeviceRow => ({
        id: "lamp",
        atMs,
        values: { light: light++ % 1_000 },
        ledOn: null,
      });
      const times = new Set<number>();
      for (let batch = 0; batch < 80; batch++) {
        nowMs += MINUTE_MS;
        const rows: DeviceRow[] = [];
        for (let i = 0; i < 8; i++) {
          const atMs = nowMs - random.pick([random.below(1_000), random.below(20 * HOUR_MS)]);
          if (!times.has(atMs)) rows.push(row(atMs));
          times.add(atMs);
        }
        append(rows, nowMs);
      }
      for (let i = 0; i < 5; i++) store.append([], (nowMs += MINUTE_MS));
      const fromMs = BEGIN_MS - 2 * DAY_MS;
      const toMs = BEGIN_MS + DAY_MS;
      const oldest = store.page("lamp", { fromMs: 0, toMs: Infinity }, 1)[0]?.atMs ?? 0;
      expect(oldest).toBeGreaterThanOrEqual(nowMs - HOUR_MS - MINUTE_MS);
      const minutes = query("lamp", fromMs, toMs, 60);
      expectSame(minutes.points, model.points("lamp", fromMs, toMs, minutes.bucketMs), "minutes");
      const hours = query("lamp", fromMs - 100 * DAY_MS, toMs, 2_000);
      expect(hours.bucketMs).toBe(HOUR_MS);
      expectSame(hours.points, model.points("lamp", fromMs, toMs, hours.bucketMs), "hours");
    },
  );
});
