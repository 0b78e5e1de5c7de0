/** The colour of a nightlight on a WS2812B LED. Pure. */

/** Warm, and a fifth of full light; in the LED's order (WS2812B datasheet: 24 bits, G R B). */
const GREEN_RED_BLUE = [22, 51, 6];

/**
 * @param intensity 0..1
 * @returns what to send to the LED, 3 bytes
 */
export function nightColour(intensity: number): number[] {
  return GREEN_RED_BLUE.map((part) => Math.round(part * intensity));
}
