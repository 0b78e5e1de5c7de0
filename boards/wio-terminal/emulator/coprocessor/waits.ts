/** The time in which the coprocessor waits by itself: this machine's, or an emulated chip's. */

/** Calls back once after that time. @returns a function that cancels it */
export type After = (ms: number, done: () => void) => () => void;

export class Waits {
  private waiting = 0;

  constructor(private readonly after: After = afterRealTime) {}

  /** Whether time has to pass before anything goes on. */
  get isWaiting(): boolean {
    return this.waiting > 0;
  }

  /** @param signal ends the wait early, as a power cut does */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    this.waiting++;
    await new Promise<void>((resolve) => {
      // Counted at once, not when the promise's turn comes: an emulated chip runs on until then.
      const end = (): void => {
        cancel();
        signal.removeEventListener("abort", end);
        this.waiting--;
        resolve();
      };
      const cancel = this.after(ms, end);
      signal.addEventListener("abort", end);
    });
  }
}

function afterRealTime(ms: number, done: () => void): () => void {
  const timer = setTimeout(done, ms);
  return () => {
    clearTimeout(timer);
  };
}
