import type { Log } from "../base/log";
import { UserError } from "../base/user-error";

/** Writes one log line for each order: the client, the order and the outcome. */
export class OrderLog {
  constructor(private readonly log: Log) {}

  /**
   * @param order such as "identify for desk-1"
   * @param who the client's address
   * @param outcome returns the outcome in a word or two
   */
  async note<T>(
    order: string,
    who: string,
    work: () => T | Promise<T>,
    outcome: (done: T) => string,
  ): Promise<T> {
    const line = `Order from ${who}: ${order}`;
    try {
      const done = await work();
      this.log("server", `${line}: ${outcome(done)}`);
      return done;
    } catch (error) {
      const why = error instanceof UserError ? error.message : "failed";
      this.log("server", `${line}: refused: ${why}`, { level: "warn" });
      throw error;
    }
  }
}
