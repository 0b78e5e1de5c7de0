/** Whether the device decides for itself, since no server does. Pure: time comes in; imports nothing. */
export class Alone {
  active = false;
  /** A lesson's server has no status: it counts as online while the broker is there. */
  private serverOnline = true;

  /**
   * @param afterMs how long the server may be gone before the device decides, ms
   * @param seenMs when the server was last there, ms since boot; the start counts
   */
  constructor(
    private readonly afterMs: number,
    private seenMs: number,
  ) {}

  /** To be called when the server says in its status whether it is online. */
  status(online: boolean): void {
    this.serverOnline = online;
  }

  /** To be called for each command: its sender is there, whatever an older status says. */
  commanded(nowMs: number): void {
    this.seenMs = nowMs;
  }

  /**
   * To be called for each sample, before `active` is read.
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
