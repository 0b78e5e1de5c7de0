/** The text on the small screen. Pure. */

/** Characters per line, and per line of double size. */
export const LINE_CHARS = 21;
const LARGE_CHARS = 10;

/** The values to show. */
export interface ScreenState {
  id: string;
  /** Light level, 0..1023; undefined before the first measurement. */
  light: number | undefined;
  isOn: boolean;
  decidedBy: "server" | "device" | "hand";
  /**
   * The problem as a sentence, or empty if there is none. If there are several, the first in the
   * chain from sensor to server.
   */
  problem: string;
}

export interface ScreenTexts {
  title: string;
  /** Text of the line in double size. */
  large: string;
  decided: string;
  /** Texts of the two lines at the bottom, which may be empty. */
  foot: string[];
}

/** Returns the texts to show, in the same words as the Wio Terminal's screen. */
export function screenLines(view: ScreenState): ScreenTexts {
  const light = view.light === undefined ? "--" : `${view.light}`;
  const led = view.isOn ? "ON" : "OFF";
  let gap = " ";
  while (light.length + gap.length + led.length < LARGE_CHARS) gap += " ";
  return {
    title: view.id.slice(0, LINE_CHARS),
    large: light + gap + led,
    decided: "by " + view.decidedBy,
    foot: wrapped(view.problem),
  };
}

/** Splits the text into two lines, at a space if there is one. */
function wrapped(text: string): string[] {
  if (text.length <= LINE_CHARS) return [text, ""];
  let end = LINE_CHARS;
  while (end > 0 && text.charAt(end) !== " ") end--;
  if (end === 0) return [text.slice(0, LINE_CHARS), text.slice(LINE_CHARS, 2 * LINE_CHARS)];
  return [text.slice(0, end), text.slice(end + 1, end + 1 + LINE_CHARS)];
}
