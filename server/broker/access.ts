import {
  deviceClientId,
  SERVER_STATUS_TOPIC,
  type TopicNames,
  topicOf,
} from "../../src/common/wire";
import type { BrokerLimits } from "../setup/broker-limits";
import type { Publication } from "./core";
import type { Will } from "./packets";

/** Rights of the clients on the embedded broker. Pure. */

/** `anyone` is an anonymous client, which only an open broker on loopback accepts. */
export type Role = "anyone" | "server" | "device";

export interface Identity {
  role: Role;
  /** The user name, which is a device's id; empty for `anyone`. */
  name: string;
  /** For a user in the users file: the entry with which the client logged in, as JSON. */
  record?: string;
}

type TopicLimits = Pick<BrokerLimits, "topic-bytes" | "topic-levels">;

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

/**
 * Whether only servers retain messages on the topic. The number of such topics grows with the
 * devices.
 */
export function isRetainedByServers(topic: string, { prefix, discovery }: TopicNames): boolean {
  return (
    topic.startsWith(`${discovery}/`) ||
    topic.startsWith(`${prefix}nightlight/server/`) ||
    topic.endsWith("/desired")
  );
}

/**
 * Whether a client may subscribe to a filter. Also called with a topic, to check whether the client
 * may get a message of an earlier subscription.
 */
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

/** Makes a publication from a message or will. Call only if the client may publish on the topic. */
export function publication(
  { role }: Pick<Identity, "role">,
  { topic, payload, qos, retain }: Will,
  topics: TopicNames,
): Publication {
  // Topics whose number grows only with the devices must not count against the limit of retained
  // messages: other clients can use that limit up.
  const free = role === "device" || (role === "server" && isRetainedByServers(topic, topics));
  return { topic, payload, qos, retain, free };
}

/**
 * Whether a client may use a client id. A session belongs to its client id, so a device may only
 * use its own client ids: its id, or the lesson's `<ID>nightlight_client`, to which our firmware
 * adds the prefix of its topics. If the client id is empty, the broker makes up a client id, and
 * the session ends with the connection.
 */
export function mayUseClientId(
  { role, name }: Identity,
  clientId: string,
  { prefix }: TopicNames,
): boolean {
  if (role !== "device" || clientId === "") return true;
  // Names contain no slash, so none of these client ids is that of another device.
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
