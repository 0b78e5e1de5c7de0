import type { HealthNote } from "../../src/common/api";
import type { Report } from "../../src/common/wire";

/** What the notes follow from. */
export interface HealthFacts {
  online: boolean;
  /** Its status topic says whether it is online. */
  hasStatus: boolean;
  /** Unix time, ms. */
  lastSeenMs: number | null;
  /** A device that has no status topic is offline after this long without a message, ms. */
  silenceMs: number;
  state?: Report;
}

/** What a person should know of a device, most urgent first. Pure. */
export function healthOf({
  online,
  hasStatus,
  lastSeenMs,
  silenceMs,
  state,
}: HealthFacts): HealthNote[] {
  const notes: HealthNote[] = [];
  if (!online)
    notes.push(
      hasStatus
        ? { about: "offline", why: "said", sinceMs: null }
        : lastSeenMs === null
          ? { about: "offline", why: "unheard", sinceMs: null }
          : { about: "offline", why: "silent", sinceMs: lastSeenMs, limitMs: silenceMs },
    );
  if (online && state?.decided_by === "device") notes.push({ about: "alone", sinceMs: null });
  return notes;
}
