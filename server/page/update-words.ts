import type { FleetView, UpdateView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";

/** The progress of updates in words. Pure. */

/** Progress at each step, out of `PROGRESS_MAX`. */
const PROGRESS = {
  waiting: 0,
  asked: 1,
  sending: 2,
  trial: 3,
  confirmed: 4,
  failed: 0,
  cancelled: 0,
};
export const PROGRESS_MAX = PROGRESS.confirmed;

export function progressOf({ step }: UpdateView): number {
  return PROGRESS[step];
}

/** Whether the update can still be cancelled: until the device has the program. */
export function canBeCancelled({ step }: UpdateView): boolean {
  return step === "waiting" || step === "asked" || step === "sending";
}

/**
 * How long the result of an update stays on the page, ms. A failure stays until the next update.
 */
const NEWS_MS = 10 * 60_000;

export function isShown(update: UpdateView, nowMs: number): boolean {
  return !isOver(update) || update.step === "failed" || nowMs - update.sinceMs < NEWS_MS;
}

/** Returns words such as "2.1 s: connected; sending 31872 bytes". */
export function lineWords({ begunMs }: UpdateView, { atMs, text }: UpdateView["lines"][0]): string {
  return `${((atMs - begunMs) / 1000).toFixed(1)} s: ${text}`;
}

/** Returns words for the current step or the result of an update. */
export function nowWords({ lines }: UpdateView): string {
  return lines.at(-1)?.text ?? "begun";
}

type UpdateOf = (id: string) => UpdateView | undefined;

export function isFleetShown(fleet: FleetView, updateOf: UpdateOf, nowMs: number): boolean {
  if (fleet.step === "going" || fleet.step === "stopped") return true;
  return fleet.waves.flat().some((id) => nowMs - (updateOf(id)?.sinceMs ?? 0) < NEWS_MS);
}

/** Returns words such as "Wave 2 of 3: 4 of 40 devices run the new program." */
export function fleetWords(fleet: FleetView, updateOf: UpdateOf): string {
  const ids = fleet.waves.flat();
  const confirmed = ids.filter((id) => updateOf(id)?.step === "confirmed").length;
  const have = `${confirmed} of ${ids.length} ${ids.length === 1 ? "device runs" : "devices run"} the new program.`;
  switch (fleet.step) {
    case "going":
      if (fleet.waits) return `${have} It continues when one of the devices comes back.`;
      return `Wave ${fleet.wave + 1} of ${fleet.waves.length}: ${have}`;
    case "done":
      if (confirmed === ids.length) return have;
      return `${have} The others get it when they come back.`;
    case "stopped":
      return `Stopped: ${fleet.why ?? ""}. ${have} The others keep theirs.`;
    case "cancelled":
      return `Cancelled. ${have} Transfers in progress continue.`;
  }
}

/** Returns words such as "1 device was left out: tab-1: takes no update". */
export function leftWords({ left = [] }: FleetView): string {
  if (left.length === 0) return "";
  const count = left.length === 1 ? "1 device was" : `${left.length} devices were`;
  return `${count} left out: ${left.join("; ")}`;
}
