/** Decides when to report a reading. Pure: time is passed in, in milliseconds. Imports nothing. */

export interface CadenceConfig {
  /** The longest time between two readings, ms. */
  intervalMs: number;
  /**
   * A change of the light by at least this much, raw, is reported at once; 0 disables such reports.
   */
  changeBy: number;
  /** The shortest time between two readings, ms. */
  minGapMs: number;
}

export class Cadence {
  private reported = false;
  private lastMs = 0;
  private lastLightRaw = 0;

  constructor(private readonly config: CadenceConfig) {}

  /** Whether a sample taken now is due to be reported. */
  isDue(nowMs: number, lightRaw: number): boolean {
    if (!this.reported) return true;
    const sinceMs = nowMs - this.lastMs;
    if (sinceMs >= this.config.intervalMs) return true;
    if (this.config.changeBy === 0 || sinceMs < this.config.minGapMs) return false;
    return Math.abs(lightRaw - this.lastLightRaw) >= this.config.changeBy;
  }

  /** Called when a sample has been reported. */
  report(nowMs: number, lightRaw: number): void {
    this.reported = true;
    this.lastMs = nowMs;
    this.lastLightRaw = lightRaw;
  }
}
