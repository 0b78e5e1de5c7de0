import type { Log, LogSource } from "./log";

/** Topics (by their last level) whose rejected payloads are counted under the topic's own name. */
const PAYLOADS = ["telemetry", "commands", "status", "state", "desired"] as const;

/** Reasons for refusing or ignoring input; each is counted under its name. */
export const REASONS = [
  ...PAYLOADS,
  // Payloads on any other topic, such as those of servers.
  "other",
  // Telemetry that is not decided on: retained messages, and duplicates.
  "retained-telemetry",
  "repeated-telemetry",
  // Messages of a removed device that do not show that the device is alive.
  "removed",
  // Connections that the gateway for new programs refused.
  "update",
  // Unknown text on a status or state topic that belongs to none of this server's devices.
  "stranger",
  // Ordered commands that a device would refuse.
  "order",
  // Connections that the broker refused before or during the login.
  "connections",
  "connections-per-address",
  "certificate",
  "login",
  "login-rate",
  "client-id",
  "will",
  "protocol",
  // Clients, packets and messages that the broker refused after the login.
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
  // State that could not be written to disk: a restart would lose it.
  "unwritten",
  // Readings that are missing in the history because they could not be written to disk.
  "history",
  // Readings that are older than the time that the history covers.
  "too-old",
  // Requests that the page or the API refused.
  "cross-site",
  "token",
  "token-rate",
] as const;
export type Reason = (typeof REASONS)[number];

/** An error that ends a connection. The refusal is counted under its reason. */
export class Refusal extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Maximum number of lines per reason within the window. Further refusals are only counted:
 * otherwise a flood would fill the disk.
 */
const LINES_PER_WINDOW = 10;
const WINDOW_MS = 10_000;

interface Tally {
  total: number;
  windowStartMs: number;
  lines: number;
  silent: number;
}

/** Counts every refusal by its reason, and logs a bounded number of them. */
export class Rejections {
  private readonly tallies = new Map<Reason, Tally>();

  constructor(
    private readonly log: Log,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Counts a refusal and logs "Refused …". */
  refuse(source: LogSource, reason: Reason, what: string): void {
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

  /** Counts a refusal without a log line. */
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

  /** Counts a rejected payload, which the caller logs. */
  countPayload(topic: string): void {
    const kind = topic.slice(topic.lastIndexOf("/") + 1);
    this.count(PAYLOADS.find((name) => name === kind) ?? "other");
  }

  /** Refusals since the start, by reason; 0 for reasons that never occurred. */
  totals(): Record<Reason, number> {
    const totals = {} as Record<Reason, number>;
    for (const reason of REASONS) totals[reason] = this.tallies.get(reason)?.total ?? 0;
    return totals;
  }
}
