/**
 * What dark and bright are for one sensor, as a person shows it by holding a button. Pure: time
 * comes in, in milliseconds.
 */
import { LIGHT_MAX } from "../common/wire";

/** Closer together, noise alone would be much of all light. */
const SPAN_MIN = 64;
/** From here on a button counts as held; a shorter press is something else's. */
const HOLD_MS = 2000;
/** Held so long, it takes the calibration away. */
const REMOVE_MS = 8000;
/** A calibration that was begun waits so long for the next hold. */
const PATIENCE_MS = 60000;
/** How long a person may read what came of it. */
const RESULT_MS = 10000;

/** What of the sensor's own light, 0..1023, is sent as 0, and what as 1023. */
export interface Range {
  dark: number;
  bright: number;
}

export const UNCALIBRATED: Range = { dark: 0, bright: LIGHT_MAX };

/** @returns why these are no range, or an empty text */
export function rangeProblem({ dark, bright }: Range): string {
  if (!(dark < bright)) return `dark ${dark} is not below bright ${bright}`;
  if (!(bright - dark >= SPAN_MIN)) return `dark ${dark}, bright ${bright}: too close`;
  return "";
}

export class Calibration {
  range: Range = UNCALIBRATED;
  /** What the person is to do, or what came of it; empty if nothing is to be said. */
  words = "";
  /** Until when the words stand. */
  private endMs = 0;
  /** What the next hold shows. */
  private awaited: "start" | "dark" | "bright" = "start";
  private dark = 0;
  private downMs = 0;
  /** What the press has done so far. */
  private did: "nothing" | "step" | "removal" = "nothing";

  /** @param ratio of full light, 0..1. @returns the same within the range, 0..1 */
  scaled(ratio: number): number {
    const { dark, bright } = this.range;
    const light = (ratio * LIGHT_MAX - dark) / (bright - dark);
    if (light < 0) return 0;
    return light > 1 ? 1 : light;
  }

  /** The button went down. */
  pressed(nowMs: number): void {
    this.downMs = nowMs;
    this.did = "nothing";
  }

  /**
   * To be called now and then while the button is down.
   * @param light the sensor's own, 0..1023
   * @returns whether the range is another one now
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

  /** To be called now and then. @returns whether the words are others now */
  passed(nowMs: number): boolean {
    if (!this.words || nowMs < this.endMs) return false;
    if (this.awaited === "start") this.words = "";
    else this.end(nowMs, this.range, "given up, nothing changed");
    return true;
  }

  private end(nowMs: number, range: Range, words: string): boolean {
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
