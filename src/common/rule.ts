/** The decision rule, the same on the server and on the device. Pure; imports nothing. */

/** The rule commands "on" while a value is below (or above) the threshold. */
export interface Rule {
  comparison: "below" | "above";
  /**
   * Threshold, in the unit of the compared field. A value equal to it is neither below nor above.
   */
  value: number;
  /**
   * How far past the threshold the value must go before the state changes back. The lesson's rule
   * has 0.
   */
  hysteresis: number;
  /** Minimum time between two changes, ms. */
  minChangeMs: number;
}

/**
 * Returns whether the light should be on.
 * @param on the present state, if known; needed for hysteresis
 * @param sinceChangeMs time since the last change, if known
 */
export function decide(
  rule: Rule,
  reading: number,
  on: boolean | undefined,
  sinceChangeMs: number | undefined,
): boolean {
  if (on !== undefined && sinceChangeMs !== undefined && sinceChangeMs < rule.minChangeMs)
    return on;
  const hold = on === true ? rule.hysteresis : 0;
  if (rule.comparison === "below") return reading < rule.value + hold;
  return reading > rule.value - hold;
}
