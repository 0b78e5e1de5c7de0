import { UserError } from "../base/user-error";
import { wholeNumber } from "./whole-number";

/** Limits of the embedded broker, per client or for all clients together. */
export interface BrokerLimits {
  /** Maximum size of an MQTT packet, bytes after its fixed header. */
  "packet-bytes": number;
  /**
   * Maximum number of packets of any kind per second and client, on average; bursts may last 10
   * seconds' worth.
   */
  "packets-per-second": number;
  /** Maximum number of open connections: TCP, TLS and WebSocket together. */
  connections: number;
  /** Maximum number of open connections from one address. */
  "connections-per-address": number;
  /** Maximum length of a topic or topic filter, bytes. */
  "topic-bytes": number;
  /** Maximum number of levels in a topic or topic filter, 1..100. */
  "topic-levels": number;
  /** Maximum number of topic filters per client. */
  subscriptions: number;
  /** Maximum number of retained messages, for all clients together. */
  retained: number;
  /** Maximum number of persistent sessions, for all clients together. */
  sessions: number;
  /** Maximum number of unacknowledged messages kept for one session. */
  queued: number;
  /**
   * Maximum number of failed logins per minute and address. Beyond it, passwords are not checked.
   */
  "failed-logins": number;
}

export const DEFAULT_LIMITS: BrokerLimits = {
  "packet-bytes": 65_536,
  "packets-per-second": 200,
  connections: 2_000,
  "connections-per-address": 200,
  "topic-bytes": 256,
  "topic-levels": 10,
  subscriptions: 100,
  retained: 10_000,
  sessions: 2_000,
  queued: 1_000,
  "failed-logins": 30,
};

const MAX: BrokerLimits = {
  "packet-bytes": 16_777_216,
  "packets-per-second": 1_000_000,
  connections: 1_000_000,
  "connections-per-address": 1_000_000,
  "topic-bytes": 65_535,
  "topic-levels": 100,
  subscriptions: 100_000,
  retained: 10_000_000,
  sessions: 1_000_000,
  queued: 1_000_000,
  "failed-logins": 100_000,
};

/**
 * Returns the default limits, overridden by texts such as `connections=500`.
 * @throws UserError naming the limit and its allowed range
 */
export function parseLimits(texts: string[]): BrokerLimits {
  const limits = { ...DEFAULT_LIMITS };
  for (const text of texts) {
    const [name = "", value = ""] = text.split("=");
    if (!isLimit(name))
      throw new UserError(
        `--limit: expected NAME=NUMBER with one of ${Object.keys(limits).join(", ")}, got "${text}"`,
      );
    limits[name] = wholeNumber(`--limit ${name}`, value, limits[name], [1, MAX[name]]);
  }
  return limits;
}

function isLimit(name: string): name is keyof BrokerLimits {
  return Object.hasOwn(DEFAULT_LIMITS, name);
}
