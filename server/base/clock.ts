/** The time, passed in so that a test can set it. */
export interface Clock {
  /**
   * Monotonic time for durations, unaffected by changes of the wall clock; ms since an arbitrary
   * moment.
   */
  readonly monotonicMs: () => number;
  /** Wall time for people and for the history: Unix time, ms. */
  readonly wallMs: () => number;
}

export const CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};
