import { until } from "./until";

export type { Order, Setup } from "../programs/orders";

/** The MQTT client of test/programs/orders.ts: what it said, wherever it runs. */
export abstract class OrderedClient {
  /** What it said. */
  readonly lines: string[] = [];
  /** Panic codes of a device. */
  readonly panics: number[] = [];

  abstract stop(): Promise<void>;

  /** How many lines are this one, or match it. */
  count(line: string | RegExp): number {
    return this.lines.filter((seen) => (typeof line === "string" ? seen === line : line.test(seen)))
      .length;
  }

  /** Waits for a line, or for the n-th of its kind. */
  async logs(line: string | RegExp, times = 1): Promise<void> {
    try {
      await until(`${times} x ${String(line)}`, () => this.count(line) >= times);
    } catch (error) {
      const last = this.lines.slice(-20).join("\n");
      throw new Error(`${(error as Error).message}; the client's last lines:\n${last}`);
    }
  }
}
