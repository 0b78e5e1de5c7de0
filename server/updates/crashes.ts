import type { DeviceView } from "../../src/common/api";
import { programName } from "../../src/common/update";
import type { CrashView } from "../../src/common/update-api";
import type { StateReport } from "../../src/common/wire";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import type { Job } from "./job";

export interface CrashesParts {
  clock: Pick<Clock, "wallMs">;
  log: Log;
  /**
   * Returns the name of the program with this hash if the server has it for the device.
   * @param hash FNV-1a, 32 bits, as DeviceScript's manager stores it
   */
  programWith: (hash: number, board: string, job: Job | undefined) => string | undefined;
  /**
   * Returns the place in the TypeScript sources that a crash text points to.
   * @param program the program's name, as in a device's state
   */
  placeIn: (text: string, program: string, board: string) => string | undefined;
}

/** End of a crash text of the Wio Terminal's runtime (crash_note.c). */
const HASH = /, program (0x[0-9a-f]{8})$/;

/** The crashes that ended devices' last runs. Each crash is logged once and kept for the page. */
export class Crashes {
  private readonly crashes = new Map<string, CrashView>();
  /** The last crash text (`said`) and the last program (`programs`) of each device, by id. */
  private readonly said = new Map<string, string>();
  private readonly programs = new Map<string, string>();

  /** @param kept the crashes that were saved before the server started */
  constructor(
    private readonly parts: CrashesParts,
    kept: CrashView[],
  ) {
    for (const crash of kept) {
      this.crashes.set(crash.id, crash);
      // The broker still retains the device's state with this text, which must not count as a new
      // crash.
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
   * Checks a device's state for a new crash; called when the state changes.
   * @returns whether the list of crashes has changed
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
    log("server", `${id}: its last run${of} crashed: ${text}${where}`, {
      level: "warn",
      id,
    });
  }

  /**
   * Removes a crash once a later program is confirmed. @returns whether there was a crash to remove
   */
  private endIfMended(id: string, job: Job | undefined): boolean {
    const crash = this.crashes.get(id);
    if (!crash || job?.step !== "confirmed" || job.begunMs <= crash.atMs) return false;
    return this.crashes.delete(id);
  }
}

/**
 * Infers which program crashed, for runtimes that do not report it.
 * @param before the program that the device ran before, if it is known
 * @returns undefined if the program can't be determined
 */
function crashed(job: Job | undefined, state: StateReport, before: string | undefined) {
  const { program, taken_back } = state;
  const tried = job?.hash === undefined ? undefined : programName(job.hash);
  if (job?.step === "sending" || job?.step === "trial") return tried;
  // If another server made the update, the program that was taken back is not the one of our job.
  const isOurs = job?.lines.at(-1)?.text === `taken back: ${taken_back ?? ""}`;
  if (taken_back !== undefined) return isOurs ? tried : undefined;
  return before === program ? program : undefined;
}
