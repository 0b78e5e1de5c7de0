import { Refusal } from "../base/rejections";

/** How many seconds' worth of packets a client may send at once. */
const BURST_S = 10;

/** Limits the packets that a client may send. */
export class PacketRateLimit {
  /** Set for a client without a limit. */
  isUnlimited = false;
  private left: number;

  constructor(
    private readonly perSecond: number,
    private refilledMs: number,
  ) {
    this.left = perSecond * BURST_S;
  }

  /** @throws Refusal if the client has sent too many packets */
  spend(nowMs: number): void {
    if (this.isUnlimited) return;
    const most = this.perSecond * BURST_S;
    const refilled = this.left + ((nowMs - this.refilledMs) / 1000) * this.perSecond;
    this.refilledMs = nowMs;
    this.left = Math.min(refilled, most) - 1;
    if (this.left < 0)
      throw new Refusal(
        "packets-per-second",
        `more than ${this.perSecond} packets a second, and ${most} at once`,
      );
  }
}
