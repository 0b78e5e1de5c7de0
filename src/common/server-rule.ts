import type { Rule } from "./rule";

/** The fields of a command, or what a device reports in telemetry and state. */
export type Fields = Record<string, boolean | number | string>;

/** A rule as `devicescript.json` has it: what is compared, and what is commanded on each side. */
export interface ServerRule extends Rule {
  /** The telemetry field that decides, or several and how they become one. */
  field: string | string[];
  combine: "min" | "max" | "mean" | "median";
  /** The command while the comparison holds, and while it doesn't. */
  on: Fields;
  off: Fields;
}

export function fieldsOf(rule: ServerRule): string[] {
  return typeof rule.field === "string" ? [rule.field] : rule.field;
}

/** The one value that is compared. */
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
      // As the others do; where a sort puts NaN is anybody's guess.
      if (values.some((value) => isNaN(value))) return NaN;
      const sorted = [...values].sort((a, b) => a - b);
      const middle = Math.floor(sorted.length / 2);
      const upper = sorted[middle] ?? NaN;
      return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
    }
  }
}

/** Which side of the rule a device says that it is on, if it says so. */
export function sideOf(rule: ServerRule, said: Record<string, unknown>): boolean | undefined {
  if (agrees(rule.on, said)) return true;
  if (agrees(rule.off, said)) return false;
  return undefined;
}

/** Whether everything in the command is as the device says. */
export function agrees(command: Fields, said: Record<string, unknown>): boolean {
  for (const field in command) if (said[field] !== command[field]) return false;
  return true;
}
