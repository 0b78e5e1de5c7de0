import type { Log } from "../base/log";
import { UserError } from "../base/user-error";

/** Who ordered what of which device, and what came of it: one line in the log for each. */
export class OrderLog {
  constructor(private readonly log: Log) {}

  /**
   * @param order as in "identify for desk-1"
   * @param who the address that it came from
   * @param outcome in a word or two
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
