/** What the HTTP interface says of updates, and what it is asked for. */

/** A device on its way to a new program. */
export interface UpdateView {
  id: string;
  /**
   * It waits for the device; the device was asked to come for the program, gets it, tries it, runs
   * it and has said so; or it did not work, and the last line says why; or a person called it off.
   */
  step: "waiting" | "asked" | "sending" | "trial" | "confirmed" | "failed" | "cancelled";
  /** When it began, and when this step did, Unix time, ms. */
  begunMs: number;
  sinceMs: number;
  /** What has happened so far, for a person. */
  lines: { atMs: number; text: string }[];
}

/** Many devices on that way: one, a tenth, the rest. */
export interface FleetView {
  /**
   * Stopped: one did not confirm its program, and those after it keep theirs. Cancelled: a person
   * called it off.
   */
  step: "going" | "done" | "stopped" | "cancelled";
  waves: string[][];
  /** Which of them is under way; how many are through. */
  wave: number;
  downgrade: boolean;
  /** True while it waits for any of its devices to come back: none has confirmed the program. */
  waits?: boolean;
  /** Why it stopped. */
  why?: string;
  /** Of each device that was left out, why. */
  left?: string[];
}

/** What the last run of a device died of, as the device has said it. */
export interface CrashView {
  id: string;
  /** When it was heard of, Unix time, ms. */
  atMs: number;
  /** As in "panic 60005 at main_F0 (pc:86)". */
  text: string;
  /** In the TypeScript, as in "src/main.ts:49"; absent if nobody knows. */
  place?: string;
  /** The program that ended so, if that is known. */
  program?: string;
}

/** `GET /api/updates`. */
export interface UpdatesView {
  updates: UpdateView[];
  fleet: FleetView | null;
  /**
   * The program of the sources as they are now, by the board that it is for; "" is any that brings
   * sensor and LED with it. A board is missing if they have not been compiled for it.
   */
  programs: Record<string, string>;
  /** The last one of each device that has told of one. */
  crashes: CrashView[];
}

/** The same as an event: of the updates only those that are other than before. */
export interface UpdateChanges extends UpdatesView {
  /** Devices that have no update any more. */
  removed: string[];
}

/** Body of `POST /api/updates`, and of `DELETE` without `downgrade`: which devices. */
export interface UpdateRequest {
  device?: string;
  group?: string;
  all?: true;
  downgrade?: boolean;
}
