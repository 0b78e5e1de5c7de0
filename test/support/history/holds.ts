import { expect } from "vitest";
import { historySeeds, onlySeed } from "../history-seeds";
import { check, excerpt } from "./check";
import { record, type Schedule, type Target } from "./run";

export const EACH_SEED = historySeeds(6);

/** Size of a history with about a second of random traffic. */
export const SIZE: Omit<Schedule, "seed"> = { clients: 8, steps: 60, kills: 0 };

/**
 * Runs the history of a seed. If it violates a rule, fails with the first violation and the command
 * to repeat the seed.
 */
export async function holds(target: Target, seed: number, kills = 0): Promise<void> {
  const history = await record(target, { ...SIZE, seed, kills });
  const [first, ...others] = check(history, target.rules);
  if (!first) return;
  expect.fail(`${excerpt(history, first)}\nand ${others.length} more; ${onlySeed(seed)}`);
}
