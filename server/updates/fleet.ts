/**
 * The order in which many devices get a new program: a bad program stops at the first device. Pure.
 */
import type { FleetView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";
import { isUnreachable, type Job } from "./job";

/**
 * Splits devices into waves: one device, a tenth, the rest. Offline devices are in the last wave
 * and get the program when they come back. If all devices are offline, the first device that comes
 * back is the first wave.
 * @param online ids of the online devices, in the order in which they are updated
 * @param away ids of the offline devices
 */
export function splitIntoWaves(online: string[], away: string[]): string[][] {
  const first = online.length > 0 ? online : away;
  const tenth = Math.ceil(first.length / 10);
  const rest = [...first.slice(1 + tenth), ...(first === online ? away : [])];
  const all = [first.slice(0, 1), first.slice(1, 1 + tenth), rest];
  return all.filter(({ length }) => length > 0);
}

/** The states of the devices and their jobs. */
export interface DeviceStates {
  jobOf: (id: string) => Job | undefined;
  isOnline: (id: string) => boolean;
  /** Unix time, ms. */
  nowMs: number;
}

/** The next actions for a fleet. */
export interface NextActions {
  /** Devices whose updates begin now. */
  begin: string[];
  /** Devices whose pending updates are dropped. */
  cancel: string[];
}

const NOTHING: NextActions = { begin: [], cancel: [] };

/** Moves a fleet's update on. Called when a job of the fleet has changed, and at intervals. */
export function advanceFleet(fleet: FleetView, devices: DeviceStates): NextActions {
  const { jobOf, isOnline } = devices;
  if (fleet.step !== "going") return NOTHING;
  delete fleet.waits;
  const begun = startedIds(fleet);
  const failed = begun.find((id) => jobOf(id)?.step === "failed");
  if (failed !== undefined) {
    fleet.step = "stopped";
    fleet.why = `${failed}: ${jobOf(failed)?.lines.at(-1)?.text ?? "failed"}`;
    return { begin: [], cancel: begun.filter((id) => jobOf(id)?.step === "waiting") };
  }
  if (isHeldUp(fleet, devices)) return NOTHING;
  const isLast = fleet.wave >= fleet.waves.length - 1;
  if (!isLast && !begun.some((id) => jobOf(id)?.step === "confirmed")) {
    const next = fleet.waves.flat().find((id) => !begun.includes(id) && isOnline(id));
    if (next !== undefined) return replaceCanary(fleet, next);
    fleet.waits = true;
    return NOTHING;
  }
  fleet.wave++;
  if (fleet.wave >= fleet.waves.length) fleet.step = "done";
  return { begin: fleet.waves[fleet.wave] ?? [], cancel: [] };
}

/**
 * Whether the fleet must wait for a device that is not finished yet. Offline devices do not hold up
 * the fleet: their own jobs wait for them.
 */
function isHeldUp(fleet: FleetView, { jobOf, isOnline, nowMs }: DeviceStates): boolean {
  return startedIds(fleet).some((id) => {
    const job = jobOf(id);
    return job !== undefined && !isOver(job) && !isUnreachable(job, isOnline(id), nowMs);
  });
}

/**
 * Makes an online device the canary, the first to try the program. Called if all begun devices are
 * offline and none of them has confirmed the program.
 */
function replaceCanary(fleet: FleetView, id: string): NextActions {
  fleet.waves = fleet.waves
    .map((wave, i) => (i === fleet.wave ? [...wave, id] : wave.filter((member) => member !== id)))
    .filter((wave, i) => i <= fleet.wave || wave.length > 0);
  return { begin: [id], cancel: [] };
}

export function startedIds({ waves, wave }: FleetView): string[] {
  return waves.slice(0, wave + 1).flat();
}
