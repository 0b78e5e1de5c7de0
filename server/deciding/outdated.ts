/** Readings of one run come in their order, but each is on its way for another time; ms. */
const ON_THE_WAY_MS = 5_000;

/**
 * Whether a reading that has come late is from before the one that is known: as one of a run before
 * this one, which a Raspberry Pi has kept. Both by one monotonic clock, ms.
 */
export function isOutdated(measuredMs: number, knownMs = -Infinity): boolean {
  return measuredMs < knownMs - ON_THE_WAY_MS;
}
