/** Readings of one run arrive in order, but their times in transit may differ by this much. */
const ON_THE_WAY_MS = 5_000;

/**
 * Whether a late reading was measured before the newest known one. For example, a Raspberry Pi
 * sends readings that it stored in an earlier run. Both times are by one monotonic clock, ms.
 */
export function isOutdated(measuredMs: number, knownMs = -Infinity): boolean {
  return measuredMs < knownMs - ON_THE_WAY_MS;
}
