/**
 * How much the times in transit of two readings may differ, ms. Readings of one run arrive in
 * order.
 */
const ON_THE_WAY_MS = 5_000;

/**
 * Whether a late reading was measured before the newest known reading. For example, a Raspberry Pi
 * sends readings that it stored in an earlier run. Both times are monotonic, ms.
 */
export function isOutdated(measuredMs: number, knownMs = -Infinity): boolean {
  return measuredMs < knownMs - ON_THE_WAY_MS;
}
