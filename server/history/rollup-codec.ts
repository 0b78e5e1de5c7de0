import { ByteReader, ByteWriter } from "./bytes";
import type { Rollup } from "./rollup";
import { fieldsIn, finiteOr, readFields, writeFields } from "./row-codec";

/**
 * Encodes the rollups of one device: the minutes of an hour, or the hours of two days. A rollup
 * takes about twelve bytes.
 */

const SECOND_MS = 1_000;
const TENTH_MS = 100;
/**
 * Codes for how long the LED was on, for the two usual cases. Other durations are stored above
 * these codes.
 */
const ON_NEVER = 0;
const ON_ALWAYS = 1;
const writer = new ByteWriter();

/**
 * @param rollups in time order
 * @param slotMs length of time that each rollup covers, ms
 */
export function encodeRollups(
  rollups: readonly Rollup[],
  startMs: number,
  slotMs: number,
): Uint8Array {
  const names = fieldsIn(rollups.map(({ fields }) => fields));
  writeFields(writer, names);
  let nextMs = startMs;
  let near = 0;
  const lows = names.map(() => 0);
  for (const rollup of rollups) {
    writer.varint((rollup.startMs - nextMs) / slotMs);
    nextMs = rollup.startMs + slotMs;
    writer.number(rollup.readings, near);
    near = rollup.readings;
    writer.varint((rollup.firstMs - rollup.startMs) / SECOND_MS);
    writer.varint((nextMs - rollup.lastMs) / SECOND_MS - 1);
    writer.varint(slotMs / TENTH_MS - rollup.ledKnown);
    writer.varint(onCode(rollup));
    names.forEach((name, i) => {
      const sum = rollup.fields[name];
      writer.number(sum?.min, lows[i] ?? 0);
      if (!sum) return;
      lows[i] = finiteOr(lows[i] ?? 0, sum.min);
      writer.number(sum.count, rollup.readings);
      if (sum.count === 1) return;
      writer.number(sum.max, finiteOr(0, sum.min));
      writer.number(sum.total, finiteOr(0, sum.min * sum.count));
    });
  }
  return writer.take();
}

/** @throws Error if the bytes are malformed */
export function decodeRollups(bytes: Uint8Array, startMs: number, slotMs: number): Rollup[] {
  const reader = new ByteReader(bytes);
  const names = readFields(reader);
  const lows = names.map(() => 0);
  const rollups: Rollup[] = [];
  let nextMs = startMs;
  let near = 0;
  while (!reader.isAtEnd) {
    const slotStartMs = nextMs + reader.varint() * slotMs;
    nextMs = slotStartMs + slotMs;
    near = known(reader.number(near));
    const firstMs = slotStartMs + reader.varint() * SECOND_MS;
    const lastMs = nextMs - (reader.varint() + 1) * SECOND_MS;
    const ledKnown = slotMs / TENTH_MS - reader.varint();
    const code = reader.varint();
    const fields: Rollup["fields"] = {};
    names.forEach((name, i) => {
      const min = reader.number(lows[i] ?? 0);
      if (min === undefined) return;
      lows[i] = finiteOr(lows[i] ?? 0, min);
      const count = known(reader.number(near));
      const max = count === 1 ? min : known(reader.number(finiteOr(0, min)));
      const total = count === 1 ? min : known(reader.number(finiteOr(0, min * count)));
      fields[name] = { min, max, total, count };
    });
    rollups.push({
      startMs: slotStartMs,
      firstMs,
      lastMs,
      readings: near,
      fields,
      ledKnown,
      ledOn: code === ON_NEVER ? 0 : code === ON_ALWAYS ? ledKnown : code - ON_ALWAYS,
    });
  }
  return rollups;
}

function onCode({ ledKnown, ledOn }: Rollup): number {
  if (ledOn === 0) return ON_NEVER;
  return ledOn === ledKnown ? ON_ALWAYS : ON_ALWAYS + ledOn;
}

function known(value: number | undefined): number {
  if (value === undefined) throw new Error("malformed: a rollup of the history lacks a number");
  return value;
}
