import {
  deviceClientId,
  SERVER_STATUS_TOPIC,
  type TopicNames,
  topicOf,
} from "../../src/common/wire";
import type { Limits } from "../setup/broker-limits";
import type { Publication } from "./core";
import type { Will } from "./packets";

/** Who may do what on the embedded broker. Pure. */

/** `anyone` is an anonymous client, which only an open broker on loopback has. */
export type Role = "anyone" | "server" | "device";

export interface Identity {
  role: Role;
  /** The user name, which of a device is its id; empty for `anyone`. */
  name: string;
  /** Of a user in the file: the entry that let it in. */
  record?: string;
}

type TopicLimits = Pick<Limits, "topic-bytes" | "topic-levels">;

export const USUAL_TOPICS: TopicNames = { prefix: "", discovery: "homeassistant" };

export function mayPublish(
  { role, name }: Identity,
  topic: string,
  { prefix }: TopicNames,
): boolean {
  // Topics that start with $ are the broker's own.
  if (topic.startsWith("$")) return false;
  if (role !== "device") return true;
  return (["telemetry", "status", "state"] as const).some(
    (kind) => topic === topicOf(prefix + name, kind),
  );
}

/** Topics that grow with the devices but are retained by servers alone. */
export function isServers(topic: string, { prefix, discovery }: TopicNames): boolean {
  return (
    topic.startsWith(`${discovery}/`) ||
    topic.startsWith(`${prefix}nightlight/server/`) ||
    topic.endsWith("/desired")
  );
}

/** Also whether a message on a topic may reach it, whatever its session says. */
export function maySubscribe(
  { role, name }: Identity,
  filter: string,
  { prefix }: TopicNames,
): boolean {
  if (role !== "device") return true;
  const id = prefix + name;
  return (
    filter === topicOf(id, "commands") ||
    filter === topicOf(id, "update") ||
    filter === prefix + SERVER_STATUS_TOPIC
  );
}

/** A message, or a will, of someone who may publish it. */
export function publication(
  { role }: Pick<Identity, "role">,
  { topic, payload, qos, retain }: Will,
  topics: TopicNames,
): Publication {
  // What grows with the devices alone must not run into a limit that others can use up.
  const free = role === "device" || (role === "server" && isServers(topic, topics));
  return { topic, payload, qos, retain, free };
}

/**
 * A session belongs to its client id, so a device may only use its own: its id, or the lesson's
 * `<ID>nightlight_client`, which our firmware has after the prefix of its topics. Without one the
 * broker makes one up, for a session that does not last.
 */
export function mayUseClientId(
  { role, name }: Identity,
  clientId: string,
  { prefix }: TopicNames,
): boolean {
  if (role !== "device" || clientId === "") return true;
  // No name has a slash in it, so that no other device's client id is among these.
  return [name, deviceClientId(name), deviceClientId(prefix + name)].includes(clientId);
}

/** What is wrong with a topic or a filter beyond the standard's syntax: this broker's limits. */
export function topicError(
  topic: string,
  { "topic-bytes": maxBytes, "topic-levels": maxLevels }: TopicLimits,
): string | undefined {
  const bytes = Buffer.byteLength(topic);
  if (bytes > maxBytes) return `topic: expected at most ${maxBytes} bytes, got ${bytes}`;
  const levels = topic.split("/").length;
  if (levels > maxLevels) return `topic: expected at most ${maxLevels} levels, got ${levels}`;
  return undefined;
}
