import { beforeEach, expect } from "vitest";
import { check, excerpt } from "./check";
import type { Rule, Rules } from "./rules";
import { Script } from "./script";

/** A history written by hand, which a test judges. To be imported by test files only. */

const STRICT: Rules = {
  overlapping: "one",
  willAtTakeOver: true,
  survivesKill: true,
  willAfterKill: true,
};

/** Begins again before each test. */
export let h: Script;
export let sender: number;
export let reader: number;

/** Of each violation the rule; with the excerpts, if they are others than expected. */
export function expectRules(expected: Rule[], rules: Partial<Rules> = {}): void {
  const found = check(h.events, { ...STRICT, ...rules });
  const text = found.map((one) => excerpt(h.events, one)).join("\n");
  expect(
    found.map(({ rule }) => rule),
    text,
  ).toEqual(expected);
}

export const good = (rules?: Partial<Rules>) => expectRules([], rules);
export const bad = (rule: Rule, rules?: Partial<Rules>) => expectRules([rule], rules);

beforeEach(() => {
  h = new Script();
  sender = h.accepted("sender");
  reader = h.accepted("reader");
});
