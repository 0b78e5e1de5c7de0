/** The coprocessor's waiting times, in the time of this machine or of an emulated chip. */
/** Calls `done` once, after `ms`. @returns a function that cancels the call */
export type Schedule = (ms: number, done: () => void) => () => void;

export class Delays {
  private waiting = 0;

  constructor(private readonly after: Schedule = afterRealTime) {}

  /** Whether the coprocessor waits for time to pass. */
  get isWaiting(): boolean {
    return this.waiting > 0;
  }

  /** @param signal ends the wait early, as a power cut does */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0 || signal.aborted) return;
    this.waiting++;
    await new Promise<void>((resolve) => {
      // The wait ends here, not after the promise resolves: an emulated chip would run on until
      // then.
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
