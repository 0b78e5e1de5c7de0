/**
 * The requests for updates that the HTTP interface takes, and the views of updates that it returns.
 */

/** The update of one device to a new program. */
export interface UpdateView {
  id: string;
  /**
   * In order: the server waits for the device, has asked it to fetch the program, and sends the
   * program; the device runs the program on trial, and has confirmed it. Or the update failed, and
   * the last of `lines` says why; or a person cancelled it.
   */
  step: "waiting" | "asked" | "sending" | "trial" | "confirmed" | "failed" | "cancelled";
  /** When the update and its current step began, Unix time, ms. */
  begunMs: number;
  sinceMs: number;
  /** The update's progress in plain text. */
  lines: { atMs: number; text: string }[];
}

/** Whether the update has ended, with success or without. */
export function isOver({ step }: Pick<UpdateView, "step">): boolean {
  return step === "confirmed" || step === "failed" || step === "cancelled";
}

/**
 * The update of many devices in waves: first one device, then a tenth of the devices, then the
 * rest.
 */
export interface FleetView {
  /**
   * `stopped`: a device did not confirm its program, and the devices after it keep theirs.
   * `cancelled`: a person cancelled the update.
   */
  step: "going" | "done" | "stopped" | "cancelled";
  waves: string[][];
  /** Index of the wave under way; equals the number of finished waves. */
  wave: number;
  downgrade: boolean;
  /**
   * True while the wave can't continue: none of its devices has confirmed the program, and no other
   * device is online to try it.
   */
  waits?: boolean;
  /** Why the update stopped. */
  why?: string;
  /** One text for each device that was left out, with the reason. */
  left?: string[];
}

/** The crash that ended a device's last run, as the device reported it. */
export interface CrashView {
  id: string;
  /** When the report was received, Unix time, ms. */
  atMs: number;
  /** How the run ended, for example "panic 60005 at main_F0 (pc:86)". */
  text: string;
  /** Position in the TypeScript sources, for example "src/main.ts:49"; absent if unknown. */
  place?: string;
  /** The program that crashed, if known. */
  program?: string;
}

/** Answer to `GET /api/updates`. */
export interface UpdatesView {
  updates: UpdateView[];
  fleet: FleetView | null;
  /**
   * The programs compiled from the present sources, by board; "" means any board with its own
   * sensor and LED. A board is missing if the sources have not been compiled for it.
   */
  programs: Record<string, string>;
  /** The last crash of each device that reported one. */
  crashes: CrashView[];
}

/** `UpdatesView` as an event: `updates` holds only the updates that have changed. */
export interface UpdateChanges extends UpdatesView {
  /** Devices that no longer have an update. */
  removed: string[];
}

/**
 * Body of `POST /api/updates`, and of `DELETE /api/updates` without `downgrade`: the devices to
 * update.
 */
export interface UpdateRequest {
  device?: string;
  group?: string;
  all?: true;
  downgrade?: boolean;
}
