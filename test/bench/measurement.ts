/** One row of the bench: a figure of ours beside the same of the built-in client. */
export interface Measurement {
  name: string;
  /** Undefined if there is nothing to compare or nothing came. */
  ours: number | undefined;
  builtin: number | undefined;
  unit: string;
  /** What was expected, and whether it came true. */
  expected?: { text: string; reached: boolean };
  note?: string;
}

/**
 * Every file in this folder that ends in `.bench.ts` exports one of these by default. What is not
 * compared with the built-in client has a report of its own.
 */
export type Bench = () => Promise<Measurement[] | string>;

export const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
