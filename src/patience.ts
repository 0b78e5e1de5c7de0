/**
 * When a program that gets no connection lets the runtime's gateway client have the only socket.
 * Pure: time comes in; imports nothing.
 */

const LONGEST_MS = 3600000;

/** Each time it waits twice as long as before, an hour at most. */
export class Patience {
  /**
   * @param waitMs how long it waits at first, ms
   * @param sinceMs when it begins, ms since boot
   */
  constructor(
    private waitMs: number,
    private sinceMs: number,
  ) {}

  /** To be called while the program is where it should be. Another waiting begins after that. */
  rest(nowMs: number, waitMs: number): void {
    this.waitMs = waitMs;
    this.sinceMs = nowMs;
  }

  isOver(nowMs: number): boolean {
    return nowMs - this.sinceMs >= this.waitMs;
  }

  /** To be called when the gateway has had its turn, in vain. */
  waitLonger(nowMs: number): void {
    this.sinceMs = nowMs;
    this.waitMs = Math.min(2 * this.waitMs, LONGEST_MS);
  }
}
