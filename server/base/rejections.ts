import type { Log, Source } from "./log";

/** Payloads that the server made nothing of, by their topic's last level, are counted as these. */
const PAYLOADS = ["telemetry", "commands", "status", "state", "desired"] as const;

/** Why something from outside was refused or ignored; the names under which it is counted. */
export const REASONS = [
  ...PAYLOADS,
  // Payloads on any other topic, as those of servers.
  "other",
  // Telemetry that decides nothing: old news, and what came before.
  "retained-telemetry",
  "repeated-telemetry",
  // Of a removed device, and not a sign of its life.
  "removed",
  // At the gateway for new programs.
  "update",
  // Other words on a status or state topic that is not of a device of ours.
  "stranger",
  // Ordered commands that a device would refuse.
  "order",
  // At the broker's door.
  "connections",
  "connections-per-address",
  "certificate",
  "login",
  "login-rate",
  "client-id",
  "will",
  "protocol",
  // Past it.
  "malformed-packet",
  "packet-bytes",
  "packets-per-second",
  "topic",
  "publish",
  "subscribe",
  "subscriptions",
  "retained",
  "sessions",
  "queued",
  // What a restart would lose, since the disk did not take it.
  "unwritten",
  // Readings that are missing in the history, since the disk did not take them.
  "history",
  // Readings of so long ago that the history keeps nothing of that time.
  "too-old",
  // Page and API.
  "cross-site",
  "token",
  "token-rate",
] as const;
export type Reason = (typeof REASONS)[number];

/** An error that refuses something: the connection that it ends is counted under its reason. */
export class Refusal extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

/** Lines of one reason within the window; the rest is only counted, or a flood would fill disks. */
const LINES_PER_WINDOW = 10;
const WINDOW_MS = 10_000;

interface Tally {
  total: number;
  windowStartMs: number;
  lines: number;
  silent: number;
}

/** Counts every rejection by its reason, and logs them as far as a person can read them. */
export class Rejections {
  private readonly tallies = new Map<Reason, Tally>();

  constructor(
    private readonly log: Log,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Counts and logs: "Refused …". */
  refuse(source: Source, reason: Reason, what: string): void {
    const tally = this.tally(reason);
    tally.total++;
    const nowMs = this.nowMs();
    if (nowMs - tally.windowStartMs >= WINDOW_MS) {
      tally.windowStartMs = nowMs;
      tally.lines = 0;
    }
    if (tally.lines >= LINES_PER_WINDOW) {
      tally.silent++;
      return;
    }
    tally.lines++;
    const more = tally.silent ? ` (and ${tally.silent} more like it, not logged)` : "";
    tally.silent = 0;
    this.log(source, `Refused (${reason}): ${what}${more}`, { level: "warn", reason });
  }

  /** Counts what is dropped without a line of its own. */
  count(reason: Reason, times = 1): void {
    this.tally(reason).total += times;
  }

  private tally(reason: Reason): Tally {
    let tally = this.tallies.get(reason);
    if (!tally) {
      tally = { total: 0, windowStartMs: -Infinity, lines: 0, silent: 0 };
      this.tallies.set(reason, tally);
    }
    return tally;
  }

  /** A payload that was of no use, and is logged elsewhere. */
  countPayload(topic: string): void {
    const kind = topic.slice(topic.lastIndexOf("/") + 1);
    this.count(PAYLOADS.find((name) => name === kind) ?? "other");
  }

  /** Rejections since the start, by reason; reasons that never occurred are 0. */
  totals(): Record<Reason, number> {
    const totals = {} as Record<Reason, number>;
    for (const reason of REASONS) totals[reason] = this.tallies.get(reason)?.total ?? 0;
    return totals;
  }
}
