/**
 * Decides when a program without a connection yields the only socket to the runtime's gateway
 * client. Pure: time is passed in; imports nothing.
 */

const LONGEST_MS = 3600000;

/** A backoff timer: each wait is twice as long as the one before, up to an hour. */
export class RetryTimer {
  /**
   * @param waitMs length of the first wait, ms
   * @param sinceMs when the first wait begins, ms since boot
   */
  constructor(
    private waitMs: number,
    private sinceMs: number,
  ) {}

  /** Called while the program needs no turn of the gateway client: restarts the wait. */
  reset(nowMs: number, waitMs: number): void {
    this.waitMs = waitMs;
    this.sinceMs = nowMs;
  }

  isOver(nowMs: number): boolean {
    return nowMs - this.sinceMs >= this.waitMs;
  }

  /** Called after a turn of the gateway client without success. */
  waitLonger(nowMs: number): void {
    this.sinceMs = nowMs;
    this.waitMs = Math.min(2 * this.waitMs, LONGEST_MS);
  }
}
