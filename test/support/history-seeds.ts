const FIRST = Number(process.env["HISTORY_FIRST_SEED"] ?? 1);

/**
 * Returns the seeds of random histories. HISTORY_SEEDS=100 selects more seeds, and
 * HISTORY_FIRST_SEED the first one.
 */
export function historySeeds(count: number): number[] {
  const seeds = Number(process.env["HISTORY_SEEDS"] ?? count);
  return Array.from({ length: seeds }, (_, i) => FIRST + i);
}

/** Returns the environment variables that run one seed's history again. */
export function onlySeed(seed: number): string {
  return `HISTORY_FIRST_SEED=${seed} HISTORY_SEEDS=1`;
}
