import { expect } from "vitest";
import { check, excerpt } from "./check";
import { record, type Schedule, type Target } from "./run";

/** HISTORY_SEEDS=50 for a longer run; HISTORY_FIRST_SEED to begin elsewhere. */
const SEEDS = Number(process.env.HISTORY_SEEDS ?? 6);
const FIRST = Number(process.env.HISTORY_FIRST_SEED ?? 1);
export const EACH_SEED = Array.from({ length: SEEDS }, (_, i) => FIRST + i);

/** About a second of random traffic. */
export const SIZE: Omit<Schedule, "seed"> = { clients: 8, steps: 60, kills: 0 };

/** Runs a seed; fails with the first violation, and how to see it again. */
export async function holds(target: Target, seed: number, kills = 0): Promise<void> {
  const history = await record(target, { ...SIZE, seed, kills });
  const [first, ...others] = check(history, target.rules);
  if (!first) return;
  const again = `HISTORY_FIRST_SEED=${seed} HISTORY_SEEDS=1`;
  expect.fail(`${excerpt(history, first)}\nand ${others.length} more; ${again}`);
}
