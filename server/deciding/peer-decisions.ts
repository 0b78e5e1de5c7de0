import type { Command } from "./command";
import { parseEcho } from "./command-fields";
import type { Decisions } from "./decisions";
import type { SeenReadings } from "./seen-readings";

/** Takes in the decisions of other servers, so that this server can continue from them. */
export class PeerDecisions {
  /** @param resend sends a device the present decision, as the answer to one of its readings */
  constructor(
    private readonly decisions: Decisions,
    private readonly seen: SeenReadings,
    private readonly resend: (
      id: string,
      command: Command,
      answers: { boot: number; seq: number },
    ) => void,
  ) {}

  /**
   * Called for a command to a device that another server decides for.
   * @param on the side of the rule that the command stands for
   * @param text the command's payload
   */
  heard(id: string, on: boolean, text: string, nowMs: number): void {
    if (this.seen.learned(id, on, parseEcho(text))) this.decisions.learn(id, on, nowMs);
  }

  /**
   * Called for a command to a device that this server decides for. The command may come from a
   * server that was held up and answers an old reading. If this server decided on a newer reading
   * without a change, it sent no command, and the device would follow the late answer. So the
   * decision is sent again. If this server has answered a newer reading, the device ignores the
   * late answer. So our own commands, which brokers pass back, need no action.
   */
  late(id: string, on: boolean, text: string): void {
    const answers = parseEcho(text);
    const newest = this.seen.newest(id);
    if (!this.seen.answered(id, on, answers)) return;
    if (!newest || answers.seq === undefined || answers.seq >= newest.seq) return;
    const last = this.decisions.lastFor(id);
    if (last?.on === undefined || last.on === on) return;
    this.seen.answered(id, last.on, newest);
    this.resend(id, last, newest);
  }
}
