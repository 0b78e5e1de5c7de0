/** The decision, the same on the server and on the device. Pure; imports nothing. */

/** On while a value is below (or above) the threshold. */
export interface Rule {
  comparison: "below" | "above";
  /** Threshold, in the unit of what is compared; the value itself is not below and not above. */
  value: number;
  /** How far past the threshold before it changes back: 0 is the lesson's rule. */
  hysteresis: number;
  /** Between two changes, ms. */
  minChangeMs: number;
}

/**
 * Whether it should be on.
 * @param on its present state, if known: hysteresis holds on to it
 * @param sinceChangeMs since it last changed, if known
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
