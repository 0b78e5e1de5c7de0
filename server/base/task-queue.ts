/**
 * Serialises work that must not overlap: one task after another, in the order of the calls. Pure.
 */
export class TaskQueue {
  private last: Promise<unknown> = Promise.resolve();

  /**
   * Runs the work after all earlier work.
   * @returns the result of the work, once it is done
   */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
