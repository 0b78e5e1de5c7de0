/**
 * Durations, ms. A wall clock that is more than `JUMP_MS` ahead of the expected time is doubted for
 * `DOUBT_MS`. At the first call, `AWAY_MS` is added to the expected time, because the server may
 * have been stopped.
 */
const JUMP_MS = 60_000;
const AWAY_MS = 24 * 3_600_000;
const DOUBT_MS = 3_600_000;

/**
 * The clock that decides which rows are old enough to delete. A wall clock that was set too far
 * ahead would delete the whole history, so a time after a jump ahead is believed only after an
 * hour. Pure.
 */
export class BelievedClock {
  private lastWallMs: number | undefined;
  private lastSteadyMs = 0;
  private believedMs: number;
  private doubtSinceMs: number | undefined;

  /** @param newestMs time of the newest stored row, Unix time, ms; undefined if there is none */
  constructor(private readonly newestMs: number | undefined) {
    this.believedMs = newestMs ?? -Infinity;
  }

  /**
   * @param wallMs wall clock; Unix time, ms
   * @param steadyMs monotonic clock, ms
   * @returns the believed time; Unix time, ms
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
    // A wall clock that was set back is believed at once: an earlier time deletes fewer rows, not
    // more.
    if (isOver || wallMs <= this.believedMs) {
      this.doubtSinceMs = undefined;
      this.believedMs = wallMs;
    }
    return this.believedMs;
  }
}
