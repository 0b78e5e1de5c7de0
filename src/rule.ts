/** The decision, the same on the server and on the device. Pure; imports nothing. */

/** LED on while the field is below (or above) the value. */
export interface Rule {
  /** The telemetry field that decides. */
  field: "light";
  comparison: "below" | "above";
  /** Threshold, raw 0..1023; the value itself is not below and not above. */
  value: number;
  /** How far past the threshold, raw, before the LED changes back: 0 is the lesson's rule. */
  hysteresis: number;
}

/**
 * Whether the LED should be on.
 * @param ledOn its present state, where known: hysteresis holds on to it
 */
export function decide(rule: Rule, reading: number, ledOn: boolean | undefined): boolean {
  const holdRaw = ledOn === true ? rule.hysteresis : 0;
  if (rule.comparison === "below") return reading < rule.value + holdRaw;
  return reading > rule.value - holdRaw;
}
