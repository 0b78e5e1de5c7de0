/**
 * The calibration of a light sensor to dark and bright, which a person does by holding a button.
 * Pure: time is passed in, in milliseconds.
 */
import { LIGHT_MAX_RAW } from "../common/wire";

/** Minimum distance of dark and bright: below it, noise would be a large part of the signal. */
const SPAN_MIN_RAW = 64;
/** A button counts as held from this time, ms; shorter presses have other functions. */
const HOLD_MS = 2000;
/** A button held for this time, ms, removes the calibration. */
const REMOVE_MS = 8000;
/** How long a calibration in progress waits for the next hold of the button, ms. */
const PATIENCE_MS = 60000;
/** How long the result is shown, ms. */
const RESULT_MS = 10000;

/** The sensor's own light levels, 0..1023, that are sent as 0 and as 1023. */
export interface LightRange {
  dark: number;
  bright: number;
}

export const UNCALIBRATED: LightRange = { dark: 0, bright: LIGHT_MAX_RAW };

/**
 * Checks a range.
 * @returns why the range is invalid, or an empty text
 */
export function rangeProblem({ dark, bright }: LightRange): string {
  if (!(dark < bright)) return `dark ${dark} is not below bright ${bright}`;
  if (!(bright - dark >= SPAN_MIN_RAW)) return `dark ${dark}, bright ${bright}: too close`;
  return "";
}

export class Calibration {
  range: LightRange = UNCALIBRATED;
  /** The instruction for the person, or the result; empty if there is nothing to show. */
  words = "";
  /** When the words expire, in the caller's time, ms. */
  private endMs = 0;
  /** The step that the next hold of the button performs. */
  private awaited: "start" | "dark" | "bright" = "start";
  private dark = 0;
  private downMs = 0;
  /** The effect of the current press of the button. */
  private did: "nothing" | "step" | "removal" = "nothing";

  /**
   * Scales a light level to the calibrated range.
   * @param ratio of full light, 0..1
   * @returns the scaled ratio, 0..1
   */
  scaled(ratio: number): number {
    const { dark, bright } = this.range;
    const light = (ratio * LIGHT_MAX_RAW - dark) / (bright - dark);
    if (light < 0) return 0;
    return light > 1 ? 1 : light;
  }

  /** Called when the button goes down. */
  pressed(nowMs: number): void {
    this.downMs = nowMs;
    this.did = "nothing";
  }

  /**
   * Called repeatedly while the button is down.
   * @param light the sensor's own light, 0..1023
   * @returns whether the range has changed
   */
  held(nowMs: number, light: number): boolean {
    const heldMs = nowMs - this.downMs;
    if (heldMs >= REMOVE_MS && this.did !== "removal") {
      this.did = "removal";
      return this.end(nowMs, UNCALIBRATED, "removed, light as the sensor has it");
    }
    if (heldMs < HOLD_MS || this.did !== "nothing") return false;
    this.did = "step";
    if (this.awaited === "start") {
      this.awaited = "dark";
      this.say(nowMs + PATIENCE_MS, "cover the sensor, hold the button again");
    } else if (this.awaited === "dark") {
      this.dark = light;
      this.awaited = "bright";
      this.say(nowMs + PATIENCE_MS, "light it well, hold the button again");
    } else {
      const range = { dark: this.dark, bright: light };
      const problem = rangeProblem(range);
      if (problem) return this.end(nowMs, this.range, `refused, ${problem}`);
      return this.end(nowMs, range, `done, dark ${range.dark}, bright ${range.bright}`);
    }
    return false;
  }

  /**
   * Called repeatedly: clears words that have expired.
   * @returns whether the words have changed
   */
  passed(nowMs: number): boolean {
    if (!this.words || nowMs < this.endMs) return false;
    if (this.awaited === "start") this.words = "";
    else this.end(nowMs, this.range, "given up, nothing changed");
    return true;
  }

  private end(nowMs: number, range: LightRange, words: string): boolean {
    const isOther = range !== this.range;
    this.range = range;
    this.awaited = "start";
    this.say(nowMs + RESULT_MS, words);
    return isOther;
  }

  private say(endMs: number, words: string): void {
    this.endMs = endMs;
    this.words = words;
  }
}
