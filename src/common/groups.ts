import { decide } from "./rule";
import { combine, type ServerRule } from "./server-rule";

/** Several sensors that decide together for one or more lights. */
export interface Group {
  id: string;
  /** Device ids of the sensors. */
  members: string[];
  /** Device ids of the lights. */
  lights: string[];
  decide: "any" | "all" | "majority" | "median" | { atLeast: number };
  /** A member's reading counts for this long, ms. */
  validMs: number;
}

/**
 * What the group decides.
 * @param inputs of all members; undefined for one that is silent or whose reading is too old
 * @param on the group's present state, if known: hysteresis holds on to it
 * @returns undefined if too few members are heard to tell: more than half for `majority` and
 * `median`, as many as asked for `atLeast`, and one for `any` and `all`
 */
export function decideTogether(
  rule: ServerRule,
  how: Group["decide"],
  inputs: (number | undefined)[],
  on: boolean | undefined,
  sinceChangeMs: number | undefined,
): boolean | undefined {
  const heard = inputs.filter((input) => input !== undefined);
  const quorum = typeof how === "object" ? how.atLeast : needsMost(how) ? inputs.length / 2 : 0;
  const enough = typeof how === "object" ? heard.length >= quorum : heard.length > quorum;
  if (!enough) return undefined;
  if (on !== undefined && sinceChangeMs !== undefined && sinceChangeMs < rule.minChangeMs)
    return on;
  if (how === "median") return decide(rule, combine("median", heard), on, undefined);
  const votes = heard.filter((input) => decide(rule, input, on, undefined)).length;
  if (typeof how === "object") return votes >= how.atLeast;
  switch (how) {
    case "any":
      return votes > 0;
    case "all":
      return votes === heard.length;
    case "majority":
      return votes > heard.length / 2;
  }
}

/** Else a single covered sensor could decide for all the silent ones. */
function needsMost(how: Group["decide"]): boolean {
  return how === "majority" || how === "median";
}
