import type { ClassView } from "../../src/common/api";
import type { TabDevice } from "./device";

/** Words for a device's status. Pure. */

type Known = Pick<TabDevice, "isPowered" | "isPlugged" | "failure" | "internals">;

export function connectionWords({ isPowered, isPlugged, failure, internals }: Known): string {
  if (failure !== "") return "not running";
  if (!isPowered) return "no power";
  if (!isPlugged) return "network unplugged";
  if (internals.isOnline) return "online";
  if (internals.refusal !== 0) return `refused by the broker (${internals.refusal})`;
  return internals.log.length === 0 ? "starting" : "connecting";
}

export function deciderWords({ isPowered, internals }: Known): string {
  if (!isPowered) return "nobody";
  if (internals.decidedBy === null) return "nobody yet";
  return internals.decidedBy === "server" ? "the server" : "the device itself";
}

export function outboxWords({ internals }: Pick<TabDevice, "internals">): string {
  if (internals.outbox === 0) return "empty";
  return internals.outbox === 1 ? "1 reading waiting" : `${internals.outbox} readings waiting`;
}

/** Returns the status in one line. */
export function statusWords(device: Known): string {
  const parts = [connectionWords(device)];
  if (device.isPowered && device.internals.decidedBy === "device") parts.push("decides by itself");
  return parts.join(" · ");
}

/** Returns words for the settings that a teacher has made on the server's page. */
export function classWords({ light, networkCut }: ClassView): string {
  const taken = [
    ...(light === null ? [] : [`the light is ${light} for all`]),
    ...(networkCut ? ["the network is cut for all"] : []),
  ];
  return taken.length === 0 ? "" : `Set on the server's page: ${taken.join(", and ")}.`;
}
