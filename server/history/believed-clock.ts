/** Durations in ms. */
const JUMP_MS = 60_000;
const AWAY_MS = 24 * 3_600_000;
const DOUBT_MS = 3_600_000;

/**
 * The time by which what is old is deleted. A clock that jumps ahead, as one that was set wrong,
 * would delete all of the history: it is believed after an hour. Pure.
 */
export class BelievedClock {
  private lastWallMs: number | undefined;
  private lastSteadyMs = 0;
  private believedMs: number;
  private doubtSinceMs: number | undefined;

  /** @param newestMs the time of the newest row that is kept, or undefined if there is none */
  constructor(private readonly newestMs: number | undefined) {
    this.believedMs = newestMs ?? -Infinity;
  }

  /**
   * @param wallMs what the clock says; Unix time, ms
   * @param steadyMs a clock that nobody sets, ms
   * @returns what to believe; Unix time, ms
   */
  at(wallMs: number, steadyMs: number): number {
    const passedMs = steadyMs - this.lastSteadyMs;
    const expectedMs =
      this.lastWallMs === undefined
        ? (this.newestMs ?? Infinity) + AWAY_MS
        : this.lastWallMs + passedMs;
    if (this.lastWallMs !== undefined) this.believedMs += passedMs;
    if (wallMs > expectedMs + JUMP_MS) this.doubtSinceMs = steadyMs;
    this.lastWallMs = wallMs;
    this.lastSteadyMs = steadyMs;
    const isOver = this.doubtSinceMs === undefined || steadyMs - this.doubtSinceMs >= DOUBT_MS;
    // A clock that was set back is behind what was believed: to go by it deletes less.
    if (isOver || wallMs <= this.believedMs) {
      this.doubtSinceMs = undefined;
      this.believedMs = wallMs;
    }
    return this.believedMs;
  }
}
