import type { Rule } from "./rule";

/** The fields of a command, or the fields that a device reports in telemetry and state. */
export type Fields = Record<string, boolean | number | string>;

/** A rule as in `devicescript.json`: the fields to compare, and the command for each side. */
export interface ServerRule extends Rule {
  /** The telemetry field that decides, or several fields, which `combine` reduces to one value. */
  field: string | string[];
  combine: "min" | "max" | "mean" | "median";
  /** The commands while the comparison holds, and while it does not. */
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
      // One NaN makes the result NaN, as in the cases above. Its place after a sort is undefined.
      if (values.some((value) => isNaN(value))) return NaN;
      const sorted = [...values].sort((a, b) => a - b);
      const middle = Math.floor(sorted.length / 2);
      const upper = sorted[middle] ?? NaN;
      return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
    }
  }
}

/** Returns the side of the rule that the device's reported fields show, or undefined if neither. */
export function sideOf(rule: ServerRule, said: Record<string, unknown>): boolean | undefined {
  if (agrees(rule.on, said)) return true;
  if (agrees(rule.off, said)) return false;
  return undefined;
}

/** Whether the device reports every field of the command with the commanded value. */
export function agrees(command: Fields, said: Record<string, unknown>): boolean {
  for (const field in command) if (said[field] !== command[field]) return false;
  return true;
}
