import type { Command } from "./common/wire";

/**
 * Which commands still count: brokers deliver some twice, and several servers may answer out of
 * order. Pure.
 */
export class CommandGate {
  /** Of the newest reading whose answer was applied. */
  private answeredSeq = 0;

  /**
   * @param boot this run's number: an answer to an earlier run's reading is void
   * @param lastId of the last ordered command that was done, 0 for none
   */
  constructor(
    private readonly boot: number,
    public lastId: number,
  ) {}

  /** @returns why the command is not to be applied, or undefined; marks it as applied then */
  admit(command: Command): string | undefined {
    const { seq, boot, id } = command;
    if (boot !== undefined && boot !== this.boot) return "of an earlier run";
    if (id !== undefined && id <= this.lastId) return "done already";
    if (seq !== undefined && seq < this.answeredSeq) return "older than the last";
    if (id !== undefined) this.lastId = id;
    if (seq !== undefined) this.answeredSeq = seq;
    return undefined;
  }
}
