const FIRST = Number(process.env["HISTORY_FIRST_SEED"] ?? 1);

/** HISTORY_SEEDS=100 for a longer run; HISTORY_FIRST_SEED to begin elsewhere. */
export function historySeeds(count: number): number[] {
  const seeds = Number(process.env["HISTORY_SEEDS"] ?? count);
  return Array.from({ length: seeds }, (_, i) => FIRST + i);
}

/** How to see a seed's history again. */
export function onlySeed(seed: number): string {
  return `HISTORY_FIRST_SEED=${seed} HISTORY_SEEDS=1`;
}
