const FIRST = Number(process.env["HISTORY_FIRST_SEED"] ?? 1);

/**
 * The seeds of random histories. HISTORY_SEEDS=100 runs more of them; HISTORY_FIRST_SEED sets the
 * first one.
 */
export function historySeeds(count: number): number[] {
  const seeds = Number(process.env["HISTORY_SEEDS"] ?? count);
  return Array.from({ length: seeds }, (_, i) => FIRST + i);
}

/** The environment that runs one seed's history again. */
export function onlySeed(seed: number): string {
  return `HISTORY_FIRST_SEED=${seed} HISTORY_SEEDS=1`;
}
