/** When to ask the broker whether it is there, and when to believe that it isn't. */

export const PING = 0;
export const DEAD = -1;

/** Times are in ms, of a clock that only has to go forward. */
export class KeepAlive {
  private readonly intervalMs: number;
  private sentAt = 0;
  private receivedAt = 0;
  /** By when the broker has to have answered, or 0 if nothing was asked. */
  private deadline = 0;
  private accepted = false;

  /** @param intervalS 0..65535 s; 0 is off [MQTT-3.1.2-10] */
  constructor(intervalS: number) {
    this.intervalMs = intervalS * 1000;
  }

  /** CONNECT is sent: CONNACK is due within `timeoutMs`, whatever the interval. */
  connecting(now: number, timeoutMs: number): void {
    this.accepted = false;
    this.deadline = now + timeoutMs;
  }

  /** CONNACK has come. */
  connected(now: number): void {
    this.accepted = true;
    this.received(now);
  }

  sent(now: number): void {
    this.sentAt = now;
  }

  /** Whatever comes after CONNACK shows that the broker is there. */
  received(now: number): void {
    this.receivedAt = now;
    if (this.accepted) this.deadline = 0;
  }

  /**
   * How long nothing is due, in ms, or PING if the caller is to send a PINGREQ, or DEAD.
   *
   * A ping goes out at three quarters of the interval without a packet in one of the directions,
   * so that the broker, which waits for one and a half [MQTT-3.1.2-24], always hears us in time
   * [MQTT-3.1.2-23]; half an interval later without an answer the connection is dead. A half-open
   * one is thus noticed at 1.25 of the interval.
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
