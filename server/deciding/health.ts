import type { HealthNote } from "../../src/common/api";
import type { Report, Status } from "../../src/common/wire";

/** Messages of a device that were dropped for one reason. */
export interface Dropped {
  reason: string;
  count: number;
  /** Unix time, ms. */
  lastMs: number;
  /** What was wrong with the last one. */
  detail: string;
}

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
}

/** What a person should know of a device, most urgent first. Pure. */
export function healthOf({
  online,
  status,
  lastSeenMs,
  silenceMs,
  state,
  dropped,
}: HealthFacts): HealthNote[] {
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
  for (const what of dropped?.values() ?? []) notes.push({ about: "dropped", ...what });
  return notes;
}
