import type { Rule } from "./rule";

/** The fields of a command, or the fields that a device reports in telemetry and state. */
export type Fields = Record<string, boolean | number | string>;

/** A rule as in `devicescript.json`: the fields to compare, and the command for each side. */
export interface ServerRule extends Rule {
  /** The telemetry field that decides, or several fields, which `combine` reduces to one value. */
  field: string | string[];
  combine: "min" | "max" | "mean" | "median";
  /** The commands to send: `on` while the comparison holds, `off` while it does not. */
  on: Fields;
  off: Fields;
}

export function fieldsOf(rule: ServerRule): string[] {
  return typeof rule.field === "string" ? [rule.field] : rule.field;
}

/** Returns the one value that the rule compares. */
export function inputOf(rule: ServerRule, values: Record<string, number>): number {
  if (typeof rule.field === "string") return values[rule.field] ?? NaN;
  return combine(
    rule.combine,
    fieldsOf(rule).map((field) => values[field] ?? NaN),
  );
}

export function combine(how: ServerRule["combine"], values: number[]): number {
  switch (how) {
    case "min":
      return Math.min(...values);
    case "max":
      return Math.max(...values);
    case "mean":
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case "median": {
      // One NaN makes the median NaN, as with min, max and mean. A sort would put NaN at an
      // undefined place.
      if (values.some((value) => isNaN(value))) return NaN;
      const sorted = [...values].sort((a, b) => a - b);
      const middle = Math.floor(sorted.length / 2);
      const upper = sorted[middle] ?? NaN;
      return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
    }
  }
}

/**
 * Returns the side of the rule that the device's reported fields show: true for `on`, false for
 * `off`, undefined for neither.
 */
export function sideOf(rule: ServerRule, said: Record<string, unknown>): boolean | undefined {
  if (fieldsMatch(rule.on, said)) return true;
  if (fieldsMatch(rule.off, said)) return false;
  return undefined;
}

/** Whether the device reports every field of the command with the commanded value. */
export function fieldsMatch(command: Fields, said: Record<string, unknown>): boolean {
  for (const field in command) if (said[field] !== command[field]) return false;
  return true;
}
