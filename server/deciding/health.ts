import type { HealthNote } from "../../src/common/api";
import type { Report, Status } from "../../src/common/wire";
import type { Moment } from "./delivery";

/** Messages of a device that were dropped for one reason. */
export interface Dropped {
  reason: string;
  count: number;
  /** Unix time, ms. */
  lastMs: number;
  /** What was wrong with the last one. */
  detail: string;
}

/** A command that was not carried out, as far as is known. */
export interface Waiting {
  /**
   * An ordered command, `order`, waits until the device has said that it has done it. Another one
   * waits for the device's `return`. The device would take it for done before: `refused`.
   */
  why: "order" | "return" | "refused";
  /** When it was given. */
  since: Moment;
}

/** A command is on its way to a device that is there, and the answer comes back, within this. */
const CONFIRMED_MS = 5_000;

/** What the notes follow from. */
export interface HealthFacts {
  online: boolean;
  /** What its status topic says, if it has one. */
  status?: Status | undefined;
  /** Unix time, ms. */
  lastSeenMs: number | null;
  /** A device is offline after this long without a message, whatever its status says, ms. */
  silenceMs: number;
  state?: Report | undefined;
  /** What was dropped of its messages, by reason. */
  dropped?: Map<string, Dropped> | undefined;
  command?: Waiting | undefined;
  /** After this an ordered command is void, ms. */
  orderExpiresMs: number;
  /** By the monotonic clock, ms. */
  nowMs: number;
}

/** What a person should know of a device, most urgent first. Pure. */
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
  // A device that says nothing of itself will not confirm it.
  return command.why === "order" && state && waitedMs >= CONFIRMED_MS ? "unconfirmed" : undefined;
}
