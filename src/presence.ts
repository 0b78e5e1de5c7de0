/** Whether a server is there to decide. Pure: time comes in, in milliseconds; imports nothing. */
export class Presence {
  private seenMs: number;

  /** @param aloneAfterMs how long a server may be gone before the device decides for itself */
  constructor(
    private readonly aloneAfterMs: number,
    bootMs: number,
  ) {
    this.seenMs = bootMs;
  }

  /**
   * @param connected to the broker
   * @param serverOnline false once the server's status topic said so; a lesson's server has none
   * @returns whether the device is on its own
   */
  isAlone(nowMs: number, connected: boolean, serverOnline: boolean): boolean {
    if (connected && serverOnline) this.seenMs = nowMs;
    return nowMs - this.seenMs >= this.aloneAfterMs;
  }
}
