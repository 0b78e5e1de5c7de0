import { matches } from "../../src/common/id";
import { SERVER_STATUS_TOPIC, topicOf } from "../../src/common/wire";
import type { Link } from "./link";
import { NAMES_TOPIC, REMOVED_TOPIC, SERVER_TOPICS } from "./server-topics";

/**
 * The devices that a server serves: all on the broker, only `id`, or those whose id matches a
 * pattern.
 */
export interface DeviceScope {
  id: string;
  devices: "all" | "own" | string[];
}

export interface Subscribed {
  scope: DeviceScope;
  /**
   * Whether the server decides; false for a server that only watches while another server decides.
   */
  decide: boolean;
  /** Topic on which Home Assistant publishes that it has started. */
  homeAssistantStatus: string;
}

const KINDS = ["commands", "status", "state", "desired"] as const;

/** @param others filter of the messages of the other servers, if there may be any */
export async function subscribe(
  link: Link,
  { scope, decide, homeAssistantStatus }: Subscribed,
  others: string | undefined,
): Promise<void> {
  if (link.isKept) {
    // The session may still have the subscriptions of an earlier scope.
    const stale: DeviceScope = { ...scope, devices: scope.devices === "own" ? "all" : "own" };
    await link.unsubscribe([telemetryFilter(stale), ...otherFilters(stale)]);
  }
  const filters = otherFilters(scope);
  if (decide) filters.push(SERVER_STATUS_TOPIC);
  await link.subscribe([...filters, homeAssistantStatus, telemetryFilter(scope)]);
  if (others !== undefined) await link.subscribe([others], "with our own");
}

/** Whether to ignore a message outside the scope, such as one queued for an earlier scope. */
export function isForeign(
  topic: string,
  { scope: { id, devices }, homeAssistantStatus }: Omit<Subscribed, "decide">,
): boolean {
  if (devices === "all") return false;
  const [from = ""] = topic.split("/", 1);
  if (devices === "own" ? from === id : matches(from, devices)) return false;
  return topic !== homeAssistantStatus && !topic.startsWith(SERVER_TOPICS);
}

function telemetryFilter(scope: DeviceScope): string {
  return topicOf(idFilter(scope), "telemetry");
}

function otherFilters(scope: DeviceScope): string[] {
  const id = idFilter(scope);
  return [...KINDS.map((kind) => topicOf(id, kind)), NAMES_TOPIC + id, REMOVED_TOPIC + id];
}

function idFilter({ id, devices }: DeviceScope): string {
  return devices === "own" ? id : "+";
}
