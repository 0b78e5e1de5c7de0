/** Decides when to ping the broker, and when to consider the connection dead. */

export const PING = 0;
export const DEAD = -1;

/** The keep-alive of one connection. All times are ms of a monotonic clock. */
export class KeepAlive {
  private readonly intervalMs: number;
  private sentAt = 0;
  private receivedAt = 0;
  /** Deadline for an answer of the broker, or 0 if none is pending. */
  private deadline = 0;
  private accepted = false;

  /** @param intervalS 0..65535 s; 0 disables keep-alive [MQTT-3.1.2-10] */
  constructor(intervalS: number) {
    this.intervalMs = intervalS * 1000;
  }

  /** Called when CONNECT is sent: CONNACK is due within `timeoutMs`, whatever the interval. */
  connecting(now: number, timeoutMs: number): void {
    this.accepted = false;
    this.deadline = now + timeoutMs;
  }

  /** Called when CONNACK has arrived. */
  connected(now: number): void {
    this.accepted = true;
    this.received(now);
  }

  sent(now: number): void {
    this.sentAt = now;
  }

  /** Called for each received packet. Any packet after CONNACK shows that the broker is alive. */
  received(now: number): void {
    this.receivedAt = now;
    if (this.accepted) this.deadline = 0;
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
  next(now: number): number {
    if (this.deadline > 0) return now < this.deadline ? this.deadline - now : DEAD;
    if (this.intervalMs === 0) return 60000;
    const left = Math.min(this.sentAt, this.receivedAt) + this.intervalMs * 0.75 - now;
    if (left > 0) return left;
    this.deadline = now + this.intervalMs / 2;
    return PING;
  }
}
