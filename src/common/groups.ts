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
  /** How long a member's reading counts, ms. */
  validMs: number;
}

/**
 * Decides for a group.
 * @param inputs the value of each member; undefined if the member is silent or its reading is too
 * old
 * @param on the group's present state, if known; needed for hysteresis
 * @returns undefined without a quorum: more than half of the members for `majority` and `median`,
 * the given number for `atLeast`, and one member for `any` and `all`
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

/**
 * Whether the decision needs more than half of the members. Without this quorum, a single covered
 * sensor could decide for all silent ones.
 */
function needsMost(how: Group["decide"]): boolean {
  return how === "majority" || how === "median";
}
