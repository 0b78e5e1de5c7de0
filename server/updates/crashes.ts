import type { DeviceView } from "../../src/common/api";
import { programName } from "../../src/common/update";
import type { CrashView } from "../../src/common/update-api";
import type { Report } from "../../src/common/wire";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import type { Job } from "./job";

export interface CrashesParts {
  clock: Pick<Clock, "wallMs">;
  log: Log;
  /**
   * The name of the program with this hash, of those that the server has for the device.
   * @param hash FNV-1a of 32 bits, as DeviceScript's manager stores it
   */
  programWith: (hash: number, board: string, job: Job | undefined) => string | undefined;
  /**
   * Where in the TypeScript that is.
   * @param program as a state calls it
   */
  placeIn: (text: string, program: string, board: string) => string | undefined;
}

/** As the Wio Terminal's runtime ends what it says: crash_note.c. */
const HASH = /, program (0x[0-9a-f]{8})$/;

/** What the last runs of devices died of: each is said once in the log, and kept for the page. */
export class Crashes {
  private readonly crashes = new Map<string, CrashView>();
  /** What each device said last of a crash, and which program it ran before. */
  private readonly said = new Map<string, string>();
  private readonly programs = new Map<string, string>();

  /** @param kept from before the server's start */
  constructor(
    private readonly parts: CrashesParts,
    kept: CrashView[],
  ) {
    for (const crash of kept) {
      this.crashes.set(crash.id, crash);
      // The broker still has the state that told of it.
      this.said.set(crash.id, crash.text);
    }
  }

  all(): CrashView[] {
    return [...this.crashes.values()];
  }

  forget(id: string): void {
    this.crashes.delete(id);
    this.said.delete(id);
    this.programs.delete(id);
  }

  /**
   * To be called when a device has said something.
   * @returns whether there is news
   */
  look({ id, state }: Pick<DeviceView, "id" | "state">, job: Job | undefined): boolean {
    const isMended = this.endIfMended(id, job);
    if (!state) return isMended;
    const { board = "", crash: text, program } = state;
    const before = this.programs.get(id);
    if (program !== undefined) this.programs.set(id, program);
    if (text === undefined) {
      this.said.delete(id);
      return isMended;
    }
    if (text === this.said.get(id)) return isMended;
    this.said.set(id, text);
    const hash = HASH.exec(text)?.[1];
    const { programWith } = this.parts;
    this.note(
      id,
      text,
      board,
      hash === undefined ? crashed(job, state, before) : programWith(Number(hash), board, job),
    );
    return true;
  }

  private note(id: string, text: string, board: string, program: string | undefined): void {
    const { clock, log, placeIn } = this.parts;
    const place = program === undefined ? undefined : placeIn(text, program, board);
    const crash: CrashView = { id, atMs: clock.wallMs(), text };
    if (place !== undefined) crash.place = place;
    if (program !== undefined) crash.program = program;
    this.crashes.set(id, crash);
    const of = program === undefined ? "" : ` of program ${program}`;
    const where = place === undefined ? "" : `, ${place}`;
    log("server", `${id}: its last run${of} ended in a fault: ${text}${where}`, {
      level: "warn",
      id,
    });
  }

  /** A program that came after it is well. @returns whether that ended anything */
  private endIfMended(id: string, job: Job | undefined): boolean {
    const crash = this.crashes.get(id);
    if (!crash || job?.step !== "confirmed" || job.begunMs <= crash.atMs) return false;
    return this.crashes.delete(id);
  }
}

/**
 * Some runtimes do not say which program ended so.
 * @param before the program that it ran before, as far as that is known
 * @returns undefined if it may have been any
 */
function crashed(job: Job | undefined, state: Report, before: string | undefined) {
  const { program, taken_back } = state;
  const tried = job?.hash === undefined ? undefined : programName(job.hash);
  if (job?.step === "sending" || job?.step === "trial") return tried;
  // It may have been taken back after an update that is not ours.
  const isOurs = job?.lines.at(-1)?.text === `taken back: ${taken_back ?? ""}`;
  if (taken_back !== undefined) return isOurs ? tried : undefined;
  return before === program ? program : undefined;
}
