import type { Row } from "./row";

/** The values of a row in one: the light level alone as a number, else JSON; null for none. */
export type Value = string | number | null;

export function encode(values: Row["values"]): Value {
  const fields = Object.keys(values);
  if (fields.length === 0) return null;
  if (fields.length === 1 && values["light"] !== undefined) return values["light"];
  // JSON has no infinity, to which a number as 1e999 becomes.
  const finite = Object.entries(values).filter(([, value]) => Number.isFinite(value));
  return JSON.stringify(Object.fromEntries(finite));
}

export function decode(value: unknown): Row["values"] {
  if (typeof value === "number") return { light: value };
  return typeof value === "string" ? (JSON.parse(value) as Row["values"]) : {};
}
