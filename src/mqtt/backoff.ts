/** When to try again. */

/** The first try after a loss comes within this, in ms. */
export const FIRST_MS = 500;
/** No pause between tries is longer, in ms. */
export const LONGEST_MS = 30000;

export class Backoff {
  private next = FIRST_MS;

  /** @param stableMs a connection that held this long was a good one */
  constructor(private readonly stableMs: number) {}

  /**
   * The pause before the next try, in ms: 250..500 at first, twice that each further time, up to
   * 15..30 s. The jitter keeps a hundred devices from coming back in the same instant.
   * @param random 0..1
   * @param refused the broker has said no to who we are, which trying again soon won't change
   */
  pauseMs(random: number, refused: boolean): number {
    if (refused) this.next = LONGEST_MS;
    const longest = this.next;
    this.next = longest * 2 < LONGEST_MS ? longest * 2 : LONGEST_MS;
    return Math.floor((longest / 2) * (1 + random));
  }

  /** A connection has ended that was accepted `heldMs` ago. */
  ended(heldMs: number): void {
    if (heldMs >= this.stableMs) this.next = FIRST_MS;
  }
}
