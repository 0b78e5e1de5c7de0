/** In which order many devices get a new program: a bad one stops at the first. Pure. */
import type { FleetView } from "../../src/common/api";
import type { Job } from "./job";

/**
 * One, a tenth, the rest. Devices that are away are with the rest: they get it when they come back.
 * @param online in the order in which they are to be updated
 */
export function waves(online: string[], away: string[]): string[][] {
  const tenth = Math.ceil(online.length / 10);
  const all = [
    online.slice(0, 1),
    online.slice(1, 1 + tenth),
    [...online.slice(1 + tenth), ...away],
  ];
  return all.filter(({ length }) => length > 0);
}

/** What is to happen to a fleet now. */
export interface Next {
  /** These are to be begun. */
  begin: string[];
  /** These wait no longer. */
  cancel: string[];
}

/** To be called when a job of the fleet has come further, or a device has come or gone. */
export function advance(
  fleet: FleetView,
  jobOf: (id: string) => Job | undefined,
  isOnline: (id: string) => boolean,
): Next {
  if (fleet.step !== "going") return { begin: [], cancel: [] };
  const begun = begunOf(fleet);
  const failed = begun.find((id) => jobOf(id)?.step === "failed");
  if (failed !== undefined) {
    fleet.step = "stopped";
    fleet.why = `${failed}: ${jobOf(failed)?.lines.at(-1)?.text ?? "failed"}`;
    return { begin: [], cancel: begun.filter((id) => jobOf(id)?.step === "waiting") };
  }
  const isLast = fleet.wave >= fleet.waves.length - 1;
  const isProven = begun.some((id) => jobOf(id)?.step === "confirmed");
  if (isHeldUp(fleet, jobOf, isOnline) || !(isLast || isProven)) return { begin: [], cancel: [] };
  fleet.wave++;
  if (fleet.wave >= fleet.waves.length) fleet.step = "done";
  return { begin: fleet.waves[fleet.wave] ?? [], cancel: [] };
}

/** Whether one that is there is not through. One that is away holds up nobody: it waits by itself. */
export function isHeldUp(
  fleet: FleetView,
  jobOf: (id: string) => Job | undefined,
  isOnline: (id: string) => boolean,
): boolean {
  return begunOf(fleet).some((id) => {
    const step = jobOf(id)?.step;
    return step !== "confirmed" && step !== undefined && (step !== "waiting" || isOnline(id));
  });
}

function begunOf({ waves, wave }: FleetView): string[] {
  return waves.slice(0, wave + 1).flat();
}
