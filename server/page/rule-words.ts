import {
  combine,
  type Fields,
  fieldsOf,
  inputOf,
  type ServerRule,
} from "../../src/common/server-rule";

/** A rule in words, made from the names of its fields and commands. Pure. */

/** Whether the rule is the lesson's, a lamp for the dark, for which the page can draw the scene. */
export function isNightlight(rule: ServerRule): boolean {
  const [field, ...others] = fieldsOf(rule);
  return field === "light" && others.length === 0 && typeof rule.on["led_on"] === "boolean";
}

/** Returns words such as "thermostat temperature". */
export function fieldWords(field: string): string {
  return field.replaceAll("_", " ").trim() || field;
}

/** Returns words such as "LED on", "heating off" or "fan speed 3, mode eco". */
export function commandWords(command: Fields): string {
  return Object.entries(command)
    .map(([field, value]) => {
      const subject = switched(field, value);
      if (subject !== undefined) return `${subject} ${value ? "on" : "off"}`;
      return `${fieldWords(field)} ${String(value)}`;
    })
    .join(", ");
}

/** Returns `commandWords` for the side that is on or off; null means unknown. */
export function sideWords(rule: ServerRule, on: boolean | null): string {
  if (on !== null) return commandWords(on ? rule.on : rule.off);
  const subjects = Object.entries(rule.on).map(
    ([field, value]) => switched(field, value) ?? fieldWords(field),
  );
  return `${subjects.join(", ")} unknown`;
}

/** Returns "on" or "off" if the command is a single switch, else the whole words. */
export function shortSideWords(rule: ServerRule, on: boolean): string {
  return isSwitch(rule) ? (on ? "on" : "off") : sideWords(rule, on);
}

/** Returns words such as "LED on when light is below 300, off again from 320". */
export function ruleWords(rule: ServerRule): string {
  return `${commandWords(rule.on)} when ${subjectWords(rule)} is ${thresholdWords(rule)}`;
}

/** Returns words such as "below 300, off again from 320". */
export function thresholdWords(rule: ServerRule): string {
  const { comparison, value, hysteresis, minChangeMs } = rule;
  let words = `${comparison} ${value}`;
  if (hysteresis !== 0) {
    const back = isSwitch(rule) ? "off again" : `${commandWords(rule.off)} again`;
    words +=
      comparison === "below"
        ? `, ${back} from ${value + hysteresis}`
        : `, ${back} up to ${value - hysteresis}`;
  }
  return minChangeMs === 0 ? words : `${words}, at most one change in ${minChangeMs / 1000} s`;
}

/** Returns the compared value in words, such as "light" or "the mean of hall and bedroom". */
export function subjectWords(rule: ServerRule): string {
  const fields = fieldsOf(rule).map(fieldWords);
  if (fields.length === 1) return fields.join();
  return `the ${combineWords(rule)} of ${listWords(fields)}`;
}

export function combineWords({ combine }: ServerRule): "lowest" | "highest" | "mean" | "median" {
  switch (combine) {
    case "min":
      return "lowest";
    case "max":
      return "highest";
    case "mean":
    case "median":
      return combine;
  }
}

/** Returns the compared value, such as "231" or "mean 18.4"; undefined if it is unknown. */
export function inputWords(rule: ServerRule, values: Record<string, number>): string | undefined {
  const fields = fieldsOf(rule);
  if (fields.some((field) => values[field] === undefined)) return undefined;
  const input = inputOf(rule, values);
  const several = fields.length > 1;
  return several ? `${combineWords(rule)} ${valueWords(rule, input)}` : valueWords(rule, input);
}

/** Returns a value as text. A light level is raw, so it is rounded to a whole number. */
export function valueWords(rule: ServerRule, value: number): string {
  return numberWords(value, fieldsOf(rule).every((field) => field === "light") ? 0 : 2);
}

export function fieldValueWords(field: string, value: number): string {
  return numberWords(value, field === "light" ? 0 : 2);
}

/** Returns the median of the members' values, each of which may combine several fields. */
export function medianWords(rule: ServerRule, values: number[]): string {
  return valueWords(rule, combine("median", values));
}

/** Returns "a", "a and b" or "a, b and c". */
export function listWords(words: string[]): string {
  return [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" and ");
}

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns what a field such as `heating_on` switches; undefined if it is no switch. */
function switched(field: string, value: Fields[string]): string | undefined {
  if (typeof value !== "boolean" || !/._on$/.test(field)) return undefined;
  const subject = fieldWords(field.slice(0, -"_on".length));
  return subject === "led" ? "LED" : subject;
}

/** Whether the rule switches one thing on and the same thing off. */
function isSwitch({ on, off }: ServerRule): boolean {
  const [command, ...others] = Object.entries(on);
  if (command === undefined || others.length > 0) return false;
  const [field, value] = command;
  return value === true && off[field] === false && switched(field, value) !== undefined;
}

function numberWords(value: number, digits: number): string {
  // Adding 0 turns -0 into 0.
  return String(Number(value.toFixed(digits)) + 0);
}
