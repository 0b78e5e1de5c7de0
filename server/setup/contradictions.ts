import type { Group } from "../../src/common/groups";
import { fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { piContradiction, type PiParts } from "./pi-parts";
import { unknownField } from "./schema-error";

interface Related {
  telemetry: { intervalMs: number; minGapMs: number };
  rule: ServerRule;
  groups: Group[];
  commands: { delivery: object };
  pi: PiParts;
}

/**
 * Checks what a schema can't express: fields that are valid alone, but not together.
 * @returns one line with the wrong field and "expected X, got Y", or undefined
 */
export function crossFieldError({
  telemetry,
  rule,
  groups,
  commands,
  pi,
}: Related): string | undefined {
  if (telemetry.minGapMs > telemetry.intervalMs)
    return `telemetry.minGapMs: expected at most intervalMs, ${telemetry.intervalMs}, got ${telemetry.minGapMs}`;
  return (
    ruleError(rule) ??
    hysteresisError(rule) ??
    deliveryError(rule, commands.delivery) ??
    groupsError(groups) ??
    piContradiction(pi)
  );
}

/**
 * Checks that `on` and `off` differ in a common field: otherwise a device's report would not tell
 * which side of the rule is on.
 */
function ruleError({ on, off }: ServerRule): string | undefined {
  const differs = Object.keys(on).some(
    (field) => Object.hasOwn(off, field) && on[field] !== off[field],
  );
  if (differs) return undefined;
  return `rule.off: expected a field of rule.on (${Object.keys(on).join(", ")}) with another value, got ${JSON.stringify(off)}`;
}

/** Checks that the light can go far enough past the threshold to change the decision back. */
function hysteresisError(rule: ServerRule): string | undefined {
  const { comparison, value, hysteresis } = rule;
  if (!fieldsOf(rule).every((field) => field === "light")) return undefined;
  const most = comparison === "below" ? LIGHT_MAX_RAW - value : value;
  if (hysteresis <= most) return undefined;
  return `rule.hysteresis: expected at most ${most}, because light is 0 to ${LIGHT_MAX_RAW} and the threshold is ${value}, got ${hysteresis}`;
}

function deliveryError({ on, off }: ServerRule, delivery: object): string | undefined {
  const known = Object.keys({ ...on, ...off });
  const unknown = Object.keys(delivery).find((field) => !known.includes(field));
  return unknown === undefined ? undefined : unknownField(`commands.delivery.${unknown}`, known);
}

function groupsError(groups: Group[]): string | undefined {
  const groupById = new Map<string, string>();
  const groupByLight = new Map<string, string>();
  for (const [index, { id, members, lights, decide }] of groups.entries()) {
    const path = `groups.${index}`;
    const other = groupById.get(id);
    if (other !== undefined)
      return `${path}.id: expected an id other than that of ${other}, got ${JSON.stringify(id)}`;
    groupById.set(id, path);
    if (typeof decide === "object" && decide.atLeast > members.length)
      return `${path}.decide.atLeast: expected at most ${members.length}, the number of members, got ${decide.atLeast}`;
    // Two groups that disagree would switch a shared light on and off in turn.
    for (const [at, light] of lights.entries()) {
      const owner = groupByLight.get(light);
      if (owner !== undefined)
        return `${path}.lights.${at}: expected a light that is in no other group, got ${JSON.stringify(light)}, a light of ${owner}`;
      groupByLight.set(light, path);
    }
  }
  return undefined;
}
