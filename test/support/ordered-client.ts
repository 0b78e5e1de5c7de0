import { until } from "./until";

export type { Order, Setup } from "../programs/orders";

/**
 * An MQTT client that carries out the orders of test/programs/orders.ts, and the lines that the
 * client prints. Subclasses choose where the client runs.
 */
export abstract class OrderedClient {
  /** Lines printed by the client. */
  readonly lines: string[] = [];
  /** Panic codes, if the client runs on a device. */
  readonly panics: number[] = [];

  abstract stop(): Promise<void>;

  /** Returns the number of printed lines that equal `line` or match it. */
  count(line: string | RegExp): number {
    return this.lines.filter((seen) => (typeof line === "string" ? seen === line : line.test(seen)))
      .length;
  }

  /** Returns the payloads received on a topic; each is one word. */
  got(topic: string): (string | undefined)[] {
    const lines = this.lines.filter((line) => line.startsWith(`got ${topic} `));
    return lines.map((line) => line.split(" ")[2]);
  }

  /** Waits until `times` printed lines equal `line` or match it. */
  async untilLogged(line: string | RegExp, times = 1): Promise<void> {
    try {
      await until(`${times} x ${String(line)}`, () => this.count(line) >= times);
    } catch (error) {
      const last = this.lines.slice(-20).join("\n");
      throw new Error(`${(error as Error).message}; the client's last lines:\n${last}`);
    }
  }
}
