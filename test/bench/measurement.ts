/** One row of the bench: a figure of this project's client, and that of the built-in client. */
export interface Measurement {
  name: string;
  /**
   * The two figures. A figure is undefined if there is nothing to compare, or if its measurement
   * had no result.
   */
  ours: number | undefined;
  builtin?: number;
  unit: string;
  /** The expected figure, and whether it was reached. */
  expected?: { text: string; reached: boolean };
  note?: string;
}

/**
 * The default export of every `.bench.ts` file in this folder. A bench without a comparison to the
 * built-in client returns a report as text.
 */
export type Bench = () => Promise<Measurement[] | string>;

export const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
