/** The time. Passed in, so that a test can set it. */
export interface Clock {
  /** For durations: it only goes forward, whatever happens to the wall clock; ms since some moment. */
  readonly monotonicMs: () => number;
  /** For people and history: Unix time, ms. */
  readonly wallMs: () => number;
}

export const CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
};
