/** When to report a reading. Pure: time comes in, in milliseconds. Imports nothing. */

export interface CadenceConfig {
  /** A reading at least this often, ms. */
  intervalMs: number;
  /** A reading at once when the light moved by at least this much, raw; 0 switches that off. */
  changeBy: number;
  /** Never two readings closer than this, ms. */
  minGapMs: number;
}

export class Cadence {
  private reported = false;
  private lastMs = 0;
  private lastLightRaw = 0;

  constructor(private readonly config: CadenceConfig) {}

  /** Whether a sample taken now is to be reported. */
  isDue(nowMs: number, lightRaw: number): boolean {
    if (!this.reported) return true;
    const sinceMs = nowMs - this.lastMs;
    if (sinceMs >= this.config.intervalMs) return true;
    if (this.config.changeBy === 0 || sinceMs < this.config.minGapMs) return false;
    return Math.abs(lightRaw - this.lastLightRaw) >= this.config.changeBy;
  }

  /** To be called when a sample was reported. */
  report(nowMs: number, lightRaw: number): void {
    this.reported = true;
    this.lastMs = nowMs;
    this.lastLightRaw = lightRaw;
  }
}
