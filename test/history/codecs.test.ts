import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "../../server/history/bytes";
import type { Rollup } from "../../server/history/rollup";
import { decodeRollups, encodeRollups } from "../../server/history/rollup-codec";
import { decodeRows, encodeRows } from "../../server/history/row-codec";
import { Random } from "../support/random";

const START_MS = Date.UTC(2026, 10, 29);
const MINUTE_MS = 60_000;

describe("numbers as bytes", () => {
  const NUMBERS = [
    0,
    1,
    -1,
    63,
    64,
    1_023,
    0.5,
    -0.25,
    18.25,
    18.26,
    1e-9,
    1e15,
    -1e15,
    2 ** 53,
    1e300,
    Number.MAX_SAFE_INTEGER,
    Infinity,
    -Infinity,
    undefined,
  ];

  it.each(NUMBERS)("restore %d and numbers near it", (value) => {
    for (const near of [0, 1, -700, 18.24, 0.005, 1e16, -1e300, 2 ** 60]) {
      const writer = new ByteWriter();
      writer.number(value, near);
      const reader = new ByteReader(writer.take());
      expect(reader.number(near)).toBe(value);
      expect(reader.isAtEnd).toBe(true);
    }
  });

  it("take one byte for a small step, and two for a light level or a temperature", () => {
    const size = (value: number, near: number) => {
      const writer = new ByteWriter();
      writer.number(value, near);
      return writer.take().length;
    };
    expect([size(507, 500), size(1_023, 0), size(18.25, 18.1), size(18.25, 0)]).toEqual([
      1, 2, 1, 2,
    ]);
  });

  it.each([
    ["an end within a number", [0x80]],
    ["a number without end", Array<number>(12).fill(0xff)],
    ["an end within a name", [2, 5, 0x6c]],
  ])("are refused if malformed: %s", (_, bytes) => {
    expect(() => decodeRows(Uint8Array.from(bytes), 0)).toThrow(/^malformed: /);
    expect(() => decodeRollups(Uint8Array.from(bytes), 0, MINUTE_MS)).toThrow(/^malformed: /);
  });

  it("are refused if a number is missing: the count, the highest value or the sum", () => {
    expect(() => decodeRollups(Uint8Array.of(0, 0, 3), 0, MINUTE_MS)).toThrow(/^malformed: /);
  });
});

describe("rows as bytes", () => {
  it("are restored unchanged", () => {
    const random = new Random(7);
    for (let round = 0; round < 100; round++) {
      const fields = random.pick([["light"], ["light", "roof"], ["Temperatur, außen"], []]);
      let atMs = START_MS;
      const rows = Array.from({ length: random.below(200) }, () => ({
        atMs: (atMs += 1 + random.below(300)),
        values: Object.fromEntries(
          fields
            .filter(() => random.below(4) > 0)
            .map((field) => [field, random.pick([random.below(1_024), random.below(9_999) / 100])]),
        ),
        ledOn: random.pick([true, false, null]),
      }));
      expect(decodeRows(encodeRows(rows, START_MS), START_MS)).toEqual(rows);
    }
  });

  it("take about four bytes for a light level each second", () => {
    const random = new Random(8);
    const rows = Array.from({ length: 60 }, (_, i) => ({
      atMs: START_MS + i * 1_000 + random.below(9),
      values: { light: 500 + random.below(60) },
      ledOn: i % 2 === 0,
    }));
    expect(encodeRows(rows, START_MS).length / rows.length).toBeLessThan(4.1);
  });
});

describe("rollups as bytes", () => {
  it("are restored unchanged", () => {
    const random = new Random(9);
    for (let round = 0; round < 100; round++) {
      let startMs = START_MS;
      const rollups = Array.from({ length: random.below(60) }, () => {
        startMs += (1 + random.below(3)) * MINUTE_MS;
        const readings = random.below(4) * random.below(60);
        const count = readings - (readings && random.below(2));
        const min = random.below(1_000) / random.pick([1, 100]);
        const max = min + random.below(500);
        const total = count === 1 ? min : min * count + random.below(900);
        const sum = { min, max: count === 1 ? min : max, total, count };
        const fields: Rollup["fields"] = count > 0 ? { light: sum } : {};
        const firstMs = startMs + random.below(30) * 1_000;
        const ledKnown = random.below(601);
        return {
          startMs,
          firstMs,
          lastMs: firstMs + random.below(30) * 1_000,
          readings,
          fields,
          ledKnown,
          ledOn: random.pick([0, ledKnown, random.below(ledKnown + 1)]),
        };
      });
      const bytes = encodeRollups(rollups, START_MS, MINUTE_MS);
      expect(decodeRollups(bytes, START_MS, MINUTE_MS)).toEqual(rollups);
    }
  });
});
