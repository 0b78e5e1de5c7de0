import {
  combine,
  type Fields,
  fieldsOf,
  inputOf,
  type ServerRule,
} from "../../src/common/server-rule";

/** A rule in words that are its own: those of its fields and commands. Pure. */

/** The lesson's: a lamp for the dark, which the page can draw. */
export function isNightlight(rule: ServerRule): boolean {
  const [field, ...others] = fieldsOf(rule);
  return field === "light" && others.length === 0 && typeof rule.on["led_on"] === "boolean";
}

/** As in "thermostat temperature". */
export function fieldWords(field: string): string {
  return field.replaceAll("_", " ").trim() || field;
}

/** As in "LED on", "heating off" or "fan speed 3, mode eco". */
export function commandWords(command: Fields): string {
  return Object.entries(command)
    .map(([field, value]) => {
      const subject = switched(field, value);
      if (subject !== undefined) return `${subject} ${value ? "on" : "off"}`;
      return `${fieldWords(field)} ${String(value)}`;
    })
    .join(", ");
}

/** As `commandWords` of the side that something is on; null if that is not known. */
export function sideWords(rule: ServerRule, on: boolean | null): string {
  if (on !== null) return commandWords(on ? rule.on : rule.off);
  const subjects = Object.entries(rule.on).map(
    ([field, value]) => switched(field, value) ?? fieldWords(field),
  );
  return `${subjects.join(", ")} unknown`;
}

/** "on" or "off" if the command is as simple as that. */
export function shortSideWords(rule: ServerRule, on: boolean): string {
  return isSwitch(rule) ? (on ? "on" : "off") : sideWords(rule, on);
}

/** As in "LED on when light is below 300, off again from 320". */
export function ruleWords(rule: ServerRule): string {
  return `${commandWords(rule.on)} when ${subjectWords(rule)} is ${thresholdWords(rule)}`;
}

/** As in "below 300, off again from 320". */
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

/** What is compared, as in "light" or "the mean of hall and bedroom". */
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

/** The one value that is compared, as in "231" or "mean 18.4"; undefined if it is not known. */
export function inputWords(rule: ServerRule, values: Record<string, number>): string | undefined {
  const fields = fieldsOf(rule);
  if (fields.some((field) => values[field] === undefined)) return undefined;
  const input = inputOf(rule, values);
  const several = fields.length > 1;
  return several ? `${combineWords(rule)} ${valueWords(rule, input)}` : valueWords(rule, input);
}

/** A light level is raw: whole. */
export function valueWords(rule: ServerRule, value: number): string {
  return numberWords(value, fieldsOf(rule).every((field) => field === "light") ? 0 : 2);
}

export function fieldValueWords(field: string, value: number): string {
  return numberWords(value, field === "light" ? 0 : 2);
}

/** The median of members' values, each of which may itself be of several fields. */
export function medianWords(rule: ServerRule, values: number[]): string {
  return valueWords(rule, combine("median", values));
}

/** As in "a", "a and b" or "a, b and c". */
export function listWords(words: string[]): string {
  return [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" and ");
}

export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a command like `heating_on` switches; else undefined. */
function switched(field: string, value: Fields[string]): string | undefined {
  if (typeof value !== "boolean" || !/._on$/.test(field)) return undefined;
  const subject = fieldWords(field.slice(0, -"_on".length));
  return subject === "led" ? "LED" : subject;
}

/** One thing goes on, and the same goes off. */
function isSwitch({ on, off }: ServerRule): boolean {
  const [command, ...others] = Object.entries(on);
  if (command === undefined || others.length > 0) return false;
  const [field, value] = command;
  return value === true && off[field] === false && switched(field, value) !== undefined;
}

function numberWords(value: number, digits: number): string {
  // Adding 0 takes the sign from a zero.
  return String(Number(value.toFixed(digits)) + 0);
}
