import type { Command } from "./common/wire";

/**
 * Filters out stale commands: brokers may deliver a command twice, and several servers may answer
 * out of order. Pure.
 */
export class CommandGate {
  /** Sequence number of the newest reading whose answer was applied. */
  private answeredSeq = 0;

  /**
   * @param boot number of this run: answers to readings of an earlier run are ignored
   * @param lastId id of the last ordered command that was applied, 0 for none
   */
  constructor(
    private readonly boot: number,
    public lastId: number,
  ) {}

  /**
   * Records the command as applied if it is accepted.
   * @returns why the command is ignored, or undefined if it is accepted
   */
  admit(command: Command): string | undefined {
    const { seq, boot, id } = command;
    if (boot !== undefined && boot !== this.boot) return "answers a reading of an earlier run";
    if (id !== undefined && id <= this.lastId) return "already carried out";
    if (seq !== undefined && seq < this.answeredSeq) return "older than the last applied command";
    if (id !== undefined) this.lastId = id;
    if (seq !== undefined) this.answeredSeq = seq;
    return undefined;
  }
}
