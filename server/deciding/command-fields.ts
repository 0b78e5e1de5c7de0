import { hasLoneSurrogate } from "../../src/common/id";
import type { Fields, ServerRule } from "../../src/common/server-rule";
import { type Parsed, parseJsonObject } from "../../src/common/wire";

/** Parses a command's payload: the fields that the rule commands, each of the right type. */
export function parseFields(text: string, rule: ServerRule): Parsed<Fields> {
  const { value, error } = parseJsonObject(text);
  return value ? pickFields(value, rule) : { error };
}

/**
 * @returns the fields that the rule commands; or an error with the invalid field, what was expected
 * and what was found
 */
export function pickFields(from: Record<string, unknown>, rule: ServerRule): Parsed<Fields> {
  const fields: Fields = {};
  for (const [field, example] of Object.entries(rule.on)) {
    const found = from[field];
    if (!isSame(found, example)) {
      const shown = found === undefined ? "nothing" : JSON.stringify(found).slice(0, 40);
      return { error: `${field}: expected ${typeName(example)}, got ${shown}` };
    }
    if (typeof found === "string" && hasLoneSurrogate(found))
      return { error: `${field}: has a lone surrogate` };
    fields[field] = found;
  }
  return { value: fields };
}

/** Returns which reading a command's payload answers; empty if the payload names none. */
export function parseEcho(text: string): { seq?: number; boot?: number } {
  const { seq, boot } = parseJsonObject(text).value ?? {};
  return Number.isSafeInteger(seq) && Number.isSafeInteger(boot)
    ? { seq: Number(seq), boot: Number(boot) }
    : {};
}

function isSame<T extends Fields[string]>(found: unknown, example: T): found is T {
  return typeof found === typeof example;
}

function typeName(example: Fields[string]): string {
  if (typeof example === "boolean") return "true or false";
  return typeof example === "number" ? "a number" : "text";
}
