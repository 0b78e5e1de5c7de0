/** Computes the pauses between attempts to connect. */

/** Maximum pause before the first attempt after a loss, in ms. */
export const FIRST_MS = 500;
/** Maximum pause between two attempts, in ms. */
export const LONGEST_MS = 30000;

export class Backoff {
  private next = FIRST_MS;

  /** @param stableMs a connection that lasted at least this long resets the backoff */
  constructor(private readonly stableMs: number) {}

  /**
   * Returns the pause before the next attempt, in ms: 250..500 at first, doubled with each further
   * attempt, up to 15..30 s. The jitter prevents a hundred devices from reconnecting at the same
   * instant.
   * @param random 0..1
   * @param refused true if the broker refused our credentials or id, so that an early retry is
   * useless
   */
  pauseMs(random: number, refused: boolean): number {
    if (refused) this.next = LONGEST_MS;
    const longest = this.next;
    this.next = longest * 2 < LONGEST_MS ? longest * 2 : LONGEST_MS;
    return Math.floor((longest / 2) * (1 + random));
  }

  /** Called when an accepted connection has ended, `heldMs` after it was accepted. */
  ended(heldMs: number): void {
    if (heldMs >= this.stableMs) this.next = FIRST_MS;
  }
}
