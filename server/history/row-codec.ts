import { ByteReader, ByteWriter } from "./bytes";
import type { Row } from "./row";

/** Encodes the rows of one device and one minute, at about four bytes for each light level. */

const LED = [null, false, true] as const;
const writer = new ByteWriter();

/**
 * @param rows in time order
 * @param startMs start of the minute, Unix time, ms; no row is earlier
 */
export function encodeRows(rows: readonly Row[], startMs: number): Uint8Array {
  const fields = fieldsIn(rows.map(({ values }) => values));
  writeFields(writer, fields);
  let lastMs = startMs;
  const last = fields.map(() => 0);
  for (const { atMs, values, ledOn } of rows) {
    writer.varint((atMs - lastMs) * LED.length + LED.indexOf(ledOn));
    lastMs = atMs;
    fields.forEach((field, i) => {
      const value = values[field];
      writer.number(value, last[i] ?? 0);
      last[i] = finiteOr(last[i] ?? 0, value);
    });
  }
  return writer.take();
}

/** @throws Error if the bytes are malformed */
export function decodeRows(bytes: Uint8Array, startMs: number): Row[] {
  const reader = new ByteReader(bytes);
  const fields = readFields(reader);
  const last = fields.map(() => 0);
  const rows: Row[] = [];
  let atMs = startMs;
  while (!reader.isAtEnd) {
    const coded = reader.varint();
    atMs += Math.floor(coded / LED.length);
    const values: Row["values"] = {};
    for (let i = 0; i < fields.length; i++) {
      const value = reader.number(last[i] ?? 0);
      if (value !== undefined) values[fields[i] ?? ""] = value;
      last[i] = finiteOr(last[i] ?? 0, value);
    }
    rows.push({ atMs, values, ledOn: LED[coded % LED.length] ?? null });
  }
  return rows;
}

/** Returns all field names, in order of first appearance. */
export function fieldsIn(values: readonly Record<string, unknown>[]): string[] {
  const fields = new Set<string>();
  for (const each of values) for (const field in each) fields.add(field);
  return [...fields];
}

/** Writes the field names. Most rules use only the light level, so `light` alone takes one byte. */
export function writeFields(to: ByteWriter, fields: string[]): void {
  if (fields.join() === "light") {
    to.varint(0);
    return;
  }
  to.varint(fields.length + 1);
  for (const field of fields) to.text(field);
}

export function readFields(reader: ByteReader): string[] {
  const coded = reader.varint();
  if (coded === 0) return ["light"];
  const fields: string[] = [];
  while (fields.length < coded - 1) fields.push(reader.text());
  return fields;
}

/**
 * Returns the reference from which the next number's difference is taken: the value if it is
 * finite, else `otherwise`.
 */
export function finiteOr(otherwise: number, value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : otherwise;
}
