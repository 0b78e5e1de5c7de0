import type { ClassView } from "../../src/common/api";
import type { TabDevice } from "./device";

/** Words for a device's status. Pure. */

type Known = Pick<TabDevice, "isPowered" | "isPlugged" | "failure" | "inside">;

export function connectionWords({ isPowered, isPlugged, failure, inside }: Known): string {
  if (failure !== "") return "not running";
  if (!isPowered) return "no power";
  if (!isPlugged) return "network unplugged";
  if (inside.isOnline) return "online";
  if (inside.refusal !== 0) return `refused by the broker (${inside.refusal})`;
  return inside.log.length === 0 ? "starting" : "connecting";
}

export function deciderWords({ isPowered, inside }: Known): string {
  if (!isPowered) return "nobody";
  if (inside.decidedBy === null) return "nobody yet";
  return inside.decidedBy === "server" ? "the server" : "the device itself";
}

export function outboxWords({ inside }: Pick<TabDevice, "inside">): string {
  if (inside.outbox === 0) return "empty";
  return inside.outbox === 1 ? "1 reading waiting" : `${inside.outbox} readings waiting`;
}

/** Returns the status in one line. */
export function statusWords(device: Known): string {
  const parts = [connectionWords(device)];
  if (device.isPowered && device.inside.decidedBy === "device") parts.push("decides by itself");
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
