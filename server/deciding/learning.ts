import type { Command } from "./command";
import { parseEcho } from "./command-fields";
import type { Decisions } from "./decisions";
import type { SeenReadings } from "./seen-readings";

/** Takes in what other servers have decided, so that this one can go on from there. */
export class Learning {
  /** @param resend tells a device once more what holds since one of its readings */
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
   * Another server has commanded this.
   * @param on the side of the rule
   * @param text the command's payload
   */
  heard(id: string, on: boolean, text: string, nowMs: number): void {
    const answers = parseEcho(text);
    if (this.seen.answered(id, answers)) {
      this.decisions.learn(id, on, nowMs);
      return;
    }
    const newest = this.seen.newest(id);
    if (!newest || answers.seq === undefined || answers.seq >= newest.seq) return;
    // It was late. If on the newer reading there was nothing to change, nothing was sent: the
    // device would be left with the late answer.
    const last = this.decisions.lastFor(id);
    if (last && last.on !== on) this.resend(id, last, newest);
  }
}
