/** Decides when to ping the broker, and when to consider the connection dead. */

export const PING = 0;
export const DEAD = -1;

/** The keep-alive of one connection. All times are ms of a monotonic clock. */
export class KeepAlive {
  private readonly intervalMs: number;
  private sentMs = 0;
  private heardMs = 0;
  /** Deadline for an answer of the broker, or 0 if none is pending. */
  private dueMs = 0;
  private accepted = false;

  /** @param intervalS 0..65535 s; 0 disables keep-alive [MQTT-3.1.2-10] */
  constructor(intervalS: number) {
    this.intervalMs = intervalS * 1000;
  }

  /** Called when CONNECT is sent: CONNACK is due within `timeoutMs`, whatever the interval. */
  connecting(nowMs: number, timeoutMs: number): void {
    this.accepted = false;
    this.dueMs = nowMs + timeoutMs;
  }

  /** Called when CONNACK has arrived. */
  connected(nowMs: number): void {
    this.accepted = true;
    this.received(nowMs);
  }

  sent(nowMs: number): void {
    this.sentMs = nowMs;
  }

  /** Called for each received packet. Any packet after CONNACK shows that the broker is alive. */
  received(nowMs: number): void {
    this.heardMs = nowMs;
    if (this.accepted) this.dueMs = 0;
  }

  /**
   * Returns the time until something is due, in ms, or PING if the caller must send a PINGREQ, or
   * DEAD.
   *
   * A ping is sent after three quarters of the interval without a packet in either of the
   * directions, so that the broker, which waits for one and a half intervals [MQTT-3.1.2-24],
   * always hears us in time [MQTT-3.1.2-23]. If no answer arrives within another half interval, the
   * connection is dead. A half-open connection is thus detected after 1.25 intervals.
   */
  next(nowMs: number): number {
    if (this.dueMs > 0) return nowMs < this.dueMs ? this.dueMs - nowMs : DEAD;
    if (this.intervalMs === 0) return 60000;
    const leftMs = Math.min(this.sentMs, this.heardMs) + this.intervalMs * 0.75 - nowMs;
    if (leftMs > 0) return leftMs;
    this.dueMs = nowMs + this.intervalMs / 2;
    return PING;
  }
}
