/**
 * Durations, ms. A wall clock that is more than `JUMP_MS` ahead of the expected time is in doubt
 * for `DOUBT_MS`. At the first call, `AWAY_MS` allows for the time that the server was stopped.
 */
const JUMP_MS = 60_000;
const AWAY_MS = 24 * 3_600_000;
const DOUBT_MS = 3_600_000;

/**
 * The clock that decides which rows are old enough to delete. If the wall clock jumps ahead, for
 * example because it was set wrong, it would delete the whole history, so the new time is believed
 * only after an hour. Pure.
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
    // A clock that was set back is behind the believed time. Following it deletes less, not more.
    if (isOver || wallMs <= this.believedMs) {
      this.doubtSinceMs = undefined;
      this.believedMs = wallMs;
    }
    return this.believedMs;
  }
}
