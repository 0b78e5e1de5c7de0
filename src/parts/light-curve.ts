/** Converts lux to the lesson's light level. Pure. */

/** The fixed resistor of the photoresistor's voltage divider: docs/boards.md. */
const RESISTOR_OHM = 10000;
/**
 * Resistance of a GL5528 photoresistor at 10 lux, the middle of its 8 to 20 kΩ, and its gamma: from
 * its datasheet.
 */
const OHM_AT_10_LUX = 14000;
const GAMMA = 0.7;

/**
 * Returns the ratio that the photoresistor and its resistor would give at this illuminance, so that
 * a threshold means the same with either sensor.
 * @param lux 0 or more
 * @returns a ratio of full light, 0..1
 */
export function ratioOfLux(lux: number): number {
  if (!(lux > 0)) return 0;
  const photoresistorOhm = OHM_AT_10_LUX * Math.pow(10 / lux, GAMMA);
  return RESISTOR_OHM / (RESISTOR_OHM + photoresistorOhm);
}
