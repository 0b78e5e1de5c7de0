/**
 * One after another: between the two transfers of an ADS1115's measurement, another device would
 * set the chip to its own input. Pure.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** @returns what the work returns, once it is done */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
