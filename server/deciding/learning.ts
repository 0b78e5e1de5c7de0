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
   * A command for a device that another server decides.
   * @param on the side of the rule
   * @param text the command's payload
   */
  heard(id: string, on: boolean, text: string, nowMs: number): void {
    if (this.seen.learned(id, on, parseEcho(text))) this.decisions.learn(id, on, nowMs);
  }

  /**
   * A command for a device that this server decides. It may come from a server that was held up and
   * answers an old reading. If this server found nothing to change on a newer reading, it sent
   * nothing, and the device would be left with the late answer. If it has answered a newer one, the
   * device ignores the late answer; so our own commands, as brokers pass them back, need nothing.
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
