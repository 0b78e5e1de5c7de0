/**
 * Tracks whether the device has to decide for itself, because no server does. Pure: time is passed
 * in; imports nothing.
 */
export class Fallback {
  active = false;
  /**
   * Initially true: the lesson's server publishes no status, so it counts as online while the
   * broker is connected.
   */
  private serverOnline = true;

  /**
   * @param afterMs how long the server may be absent before the device decides, ms
   * @param seenMs when the server was last present, ms since boot; initially the time of the start
   */
  constructor(
    private readonly afterMs: number,
    private seenMs: number,
  ) {}

  /** Called when a status message of the server arrives. */
  status(online: boolean): void {
    this.serverOnline = online;
  }

  /** Called for each command: its sender is online, whatever an older status says. */
  commanded(nowMs: number): void {
    this.seenMs = nowMs;
  }

  /**
   * Called for each sample, before `active` is read.
   * @param connected whether there is a connection to the broker
   * @returns whether `active` has changed
   */
  update(nowMs: number, connected: boolean): boolean {
    if (connected && this.serverOnline) this.seenMs = nowMs;
    const before = this.active;
    this.active = nowMs - this.seenMs >= this.afterMs;
    return this.active !== before;
  }
}
