import { expect } from "vitest";
import { check, excerpt } from "./check";
import type { Rule, Rules } from "./rules";
import { Script } from "./script";

/**
 * The strictest rules, by which tests judge a scripted history. The tests need `beforeEach(begin)`.
 */

const STRICT: Rules = {
  overlapping: "one",
  willAtTakeOver: true,
  survivesKill: true,
  willAfterKill: true,
};

/** The history that the last call of `begin` started. */
export let h: Script;
export let sender: number;
export let reader: number;

export function begin(): void {
  h = new Script();
  sender = h.accepted("sender");
  reader = h.accepted("reader");
}

/**
 * Expects these rules to be violated, in order. Otherwise the failure shows excerpts of the
 * violations found.
 */
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
