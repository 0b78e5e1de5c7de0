/** Work that must not overlap: one piece after another, in the order of the calls. Pure. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** @returns what the work returns, once it is done */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
