import { LIGHT_MAX_RAW } from "../../src/common/wire";

/** The brightness of a camera's picture, and messages for a camera that gives none. Pure. */

/** Weights of red, green and blue in the brightness (ITU-R BT.709). */
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722];
const BYTES_PER_PIXEL = 4;
const BYTE_MAX = 255;

/**
 * Returns the mean brightness of a picture. Its bytes are already gamma-coded, so half of the range
 * looks half as bright.
 * @param pixels red, green, blue and opacity, a byte each, of at least one pixel
 * @returns raw, 0..1023
 */
export function lightOfPicture(pixels: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += BYTES_PER_PIXEL)
    sum += RED * (pixels[i] ?? 0) + GREEN * (pixels[i + 1] ?? 0) + BLUE * (pixels[i + 2] ?? 0);
  const mean = sum / (pixels.length / BYTES_PER_PIXEL);
  return Math.round((mean / BYTE_MAX) * LIGHT_MAX_RAW);
}

/**
 * Message for a page that was loaded over plain HTTP from another machine: browsers hide all
 * cameras from such a page.
 */
export const INSECURE =
  "The camera works only on a page that was loaded over https or from localhost.";
export const HIDDEN = "The camera was switched off, because this tab was hidden.";
export const GONE = "The camera has stopped: it was unplugged, or the permission was withdrawn.";

/**
 * Returns words for a camera that can't be used.
 * @param error an error of `getUserMedia`, recognised by its name
 */
export function refusalWords({ name, message }: Pick<Error, "name" | "message">): string {
  switch (name) {
    case "NotAllowedError":
      return "The camera was not allowed: allow it beside the page's address, then press the button again.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No camera was found.";
    case "NotReadableError":
    case "AbortError":
      return "The camera gives no picture: another program may be using it.";
    default:
      return `The camera can't be used: ${message}`;
  }
}
