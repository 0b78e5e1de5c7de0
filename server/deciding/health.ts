import type { HealthNote } from "../../src/common/api";
import type { StateReport, Status } from "../../src/common/wire";
import type { ClockReading } from "./command-state";

/** A device's messages that were dropped for one reason. */
export interface DroppedMessages {
  reason: string;
  count: number;
  /** When the last message was dropped, Unix time, ms. */
  lastMs: number;
  /** The error of the last message. */
  detail: string;
}

/** A command that, as far as is known, has not been carried out. */
export interface PendingCommand {
  /**
   * Why the command is pending. `order`: the device has not confirmed an ordered command yet.
   * `return`: the device is offline. `refused`: the device has done the highest possible id, so it
   * would ignore any further ordered command.
   */
  why: "order" | "return" | "refused";
  /** When the command was given. */
  since: ClockReading;
}

/** Time in which an online device receives and confirms a command, ms. */
const CONFIRMED_MS = 5_000;

/** The facts from which the notes are derived. */
export interface HealthFacts {
  online: boolean;
  /** The last message on the device's status topic, if it has one. */
  status?: Status | undefined;
  /** When the device's last message was received, Unix time, ms; null before the first. */
  lastSeenMs: number | null;
  /** Silence after which the device is offline, whatever its status says, ms. */
  silenceMs: number;
  state?: StateReport | undefined;
  /** Dropped messages of the device, by reason. */
  dropped?: Map<string, DroppedMessages> | undefined;
  command?: PendingCommand | undefined;
  /** Time after which an ordered command is void, ms. */
  orderExpiresMs: number;
  /** The present time, monotonic, ms. */
  nowMs: number;
}

/** Notes on a device for a person, most urgent first. Pure. */
export function healthOf(facts: HealthFacts): HealthNote[] {
  const { online, status, lastSeenMs, silenceMs, state, dropped } = facts;
  const notes: HealthNote[] = [];
  if (!online)
    notes.push(
      status === "offline"
        ? { about: "offline", why: "said", sinceMs: null }
        : lastSeenMs === null
          ? { about: "offline", why: "unheard", sinceMs: null }
          : { about: "offline", why: "silent", sinceMs: lastSeenMs, limitMs: silenceMs },
    );
  if (online && state?.decided_by === "device") notes.push({ about: "alone", sinceMs: null });
  const why = whyCommandWaits(facts);
  if (why) notes.push({ about: "command", why, sinceMs: facts.command?.since.wallMs ?? null });
  for (const what of dropped?.values() ?? []) notes.push({ about: "dropped", ...what });
  return notes;
}

function whyCommandWaits({ command, online, state, orderExpiresMs, nowMs }: HealthFacts) {
  if (!command) return undefined;
  if (command.why === "refused") return "refused";
  const waitedMs = nowMs - command.since.monotonicMs;
  if (command.why === "order" && waitedMs >= orderExpiresMs && state) return "expired";
  if (!online) return "away";
  // A device that publishes no state will not confirm the command.
  return command.why === "order" && state && waitedMs >= CONFIRMED_MS ? "unconfirmed" : undefined;
}
