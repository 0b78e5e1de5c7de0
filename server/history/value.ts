import type { Row } from "./row";

/**
 * A row's values as one SQLite value: the light level alone as a number, several fields as JSON,
 * none as null.
 */
export type StoredValues = string | number | null;

export function encodeValues(values: Row["values"]): StoredValues {
  const fields = Object.keys(values);
  if (fields.length === 0) return null;
  if (fields.length === 1 && values["light"] !== undefined) return values["light"];
  // JSON has no infinity. Numbers such as 1e999 are parsed as infinity.
  const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  return JSON.stringify(Object.fromEntries(finite));
}

export function decodeValues(value: unknown): Row["values"] {
  if (typeof value === "number") return { light: value };
  return typeof value === "string" ? (JSON.parse(value) as Row["values"]) : {};
}
