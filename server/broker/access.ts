import {
  deviceClientId,
  SERVER_STATUS_TOPIC,
  type TopicNames,
  topicOf,
} from "../../src/common/wire";
import type { Limits } from "../setup/broker-limits";
import type { Publication } from "./core";
import type { Will } from "./packets";

/** Rights of the clients on the embedded broker. Pure. */

/** `anyone` is an anonymous client, which only an open broker on loopback accepts. */
export type Role = "anyone" | "server" | "device";

export interface Identity {
  role: Role;
  /** The user name, which is a device's id; empty for `anyone`. */
  name: string;
  /** For a user in the file: the entry by which the client logged in. */
  record?: string;
}

type TopicLimits = Pick<Limits, "topic-bytes" | "topic-levels">;

export const USUAL_TOPICS: TopicNames = { prefix: "", discovery: "homeassistant" };

export function mayPublish(
  { role, name }: Identity,
  topic: string,
  { prefix }: TopicNames,
): boolean {
  // Topics that start with $ belong to the broker.
  if (topic.startsWith("$")) return false;
  if (role !== "device") return true;
  return (["telemetry", "status", "state"] as const).some(
    (kind) => topic === topicOf(prefix + name, kind),
  );
}

/** Whether only servers retain messages on the topic, and their number grows with the devices. */
export function isServers(topic: string, { prefix, discovery }: TopicNames): boolean {
  return (
    topic.startsWith(`${discovery}/`) ||
    topic.startsWith(`${prefix}nightlight/server/`) ||
    topic.endsWith("/desired")
  );
}

/** Also used to decide whether a message may be delivered, whatever the session's subscriptions. */
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

/** The message or will of a client that has the right to publish it. */
export function publication(
  { role }: Pick<Identity, "role">,
  { topic, payload, qos, retain }: Will,
  topics: TopicNames,
): Publication {
  // Topics that only grow with the devices must not count against a limit that others can use up.
  const free = role === "device" || (role === "server" && isServers(topic, topics));
  return { topic, payload, qos, retain, free };
}

/**
 * A session belongs to its client id, so a device may only use its own: its id, or the lesson's
 * `<ID>nightlight_client`, before which our firmware puts the prefix of its topics. If the client
 * id is empty, the broker makes one up, for a session that ends with the connection.
 */
export function mayUseClientId(
  { role, name }: Identity,
  clientId: string,
  { prefix }: TopicNames,
): boolean {
  if (role !== "device" || clientId === "") return true;
  // Names contain no slash, so none of these is the client id of another device.
  return [name, deviceClientId(name), deviceClientId(prefix + name)].includes(clientId);
}

/** @returns the error, if a topic or filter exceeds this broker's limits */
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
