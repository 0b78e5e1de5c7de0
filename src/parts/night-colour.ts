/** The colour of a nightlight. Pure. */

/** Warm white: red, green, blue at full light. */
const WARM = [255, 110, 30];

/**
 * Returns the nightlight's colour at an intensity.
 * @param intensity 0..1
 * @returns red, green, blue, 0..255
 */
export function nightColour(intensity: number): number[] {
  return WARM.map((part) => Math.round(part * intensity));
}
