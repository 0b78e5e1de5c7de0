import { DEAD_AFTER_MS, HEARTBEAT_INTERVAL_MS, HEARTBEATS_UNTIL_ALIVE } from "./presence";

/**
 * How long this process may be held up, or receive none of its own beats, before it must assume
 * that another server has taken over, ms. One beat less than `DEAD_AFTER_MS`, because this server's
 * last beat may have been lost with the connection.
 */
export const LEASE_MS = DEAD_AFTER_MS - HEARTBEAT_INTERVAL_MS;

/**
 * One incarnation of this server: the time in which it receives and answers readings without a gap.
 * The incarnation is over once this server may have been replaced without noticing. Pure.
 */
export class Incarnation {
  /**
   * Set once all other servers count on this one. Until then, a server that has not yet received
   * our beat may still be covering for us.
   */
  isCountedOn = false;
  private heartbeatsSent = 0;
  /**
   * Number of our beats that the broker has passed back. A beat counts when the broker passes it
   * back, not when it is sent: all servers then see it at the same place among the readings.
   */
  private heartbeatsBack = 0;
  /**
   * When the broker last passed back one of our beats, and when this process last ran; monotonic,
   * ms.
   */
  private backMs: number;
  private ranMs: number;

  /** @param nowMs the present monotonic time, ms */
  constructor(
    /** Random name of the incarnation; see `Heartbeat.visit`. */
    readonly name: string,
    /** When the incarnation began, Unix time, ms. */
    readonly sinceMs: number,
    nowMs: number,
  ) {
    this.backMs = this.ranMs = nowMs;
  }

  /** Returns the number of the beat that is sent now, from 1. */
  nextHeartbeat(): number {
    return ++this.heartbeatsSent;
  }

  /**
   * Called when the broker has passed back one of this incarnation's beats.
   * @returns true for the first of them
   */
  heartbeatCameBack(nowMs: number): boolean {
    this.backMs = nowMs;
    return this.heartbeatsBack++ === 0;
  }

  /** Called each time the process runs. */
  ran(nowMs: number): void {
    this.ranMs = nowMs;
  }

  /** Whether the other servers have received enough of our beats to count on this server. */
  get isPresent(): boolean {
    return this.heartbeatsBack >= HEARTBEATS_UNTIL_ALIVE;
  }

  /** Whether this process did not run for `LEASE_MS`. */
  wasHeldUp(nowMs: number): boolean {
    return nowMs - this.ranMs >= LEASE_MS;
  }

  /**
   * Whether the broker has passed nothing back for `LEASE_MS`. Its silence is ignored until this
   * server is present: a slow broker may take any time to pass the first beats back.
   */
  isCutOff(nowMs: number): boolean {
    return this.isPresent && nowMs - this.backMs >= LEASE_MS;
  }
}
