import { matches } from "../../src/common/id";
import { SERVER_STATUS_TOPIC, topicOf } from "../../src/common/wire";
import type { Link } from "./link";
import { NAMES_TOPIC, REMOVED_TOPIC, SERVER_TOPICS } from "./server-topics";

/** Which devices a server serves: all that speak to the broker, its own id, or those that match. */
export interface Scope {
  id: string;
  devices: "all" | "own" | string[];
}

export interface Subscribed {
  scope: Scope;
  /** False: watch only, another server decides. */
  decide: boolean;
  /** Where Home Assistant says that it has started. */
  homeAssistantStatus: string;
}

const KINDS = ["commands", "status", "state", "desired"] as const;

/** @param others what else to hear, of the servers beside this one */
export async function subscribe(
  link: Link,
  { scope, decide, homeAssistantStatus }: Subscribed,
  others: string | undefined,
): Promise<void> {
  if (link.isKept) {
    // The session may be one from before.
    const stale: Scope = { ...scope, devices: scope.devices === "own" ? "all" : "own" };
    await link.unsubscribe([telemetryFilter(stale), ...otherFilters(stale)]);
  }
  const filters = otherFilters(scope);
  if (decide) filters.push(SERVER_STATUS_TOPIC);
  await link.subscribe([...filters, homeAssistantStatus, telemetryFilter(scope)]);
  if (others !== undefined) await link.subscribe([others], "with our own");
}

/** Whether a message is of no concern: outside the scope, or it waited when that was another. */
export function isForeign(
  topic: string,
  { scope: { id, devices }, homeAssistantStatus }: Omit<Subscribed, "decide">,
): boolean {
  if (devices === "all") return false;
  const [from = ""] = topic.split("/", 1);
  if (devices === "own" ? from === id : matches(from, devices)) return false;
  return topic !== homeAssistantStatus && !topic.startsWith(SERVER_TOPICS);
}

function telemetryFilter(scope: Scope): string {
  return topicOf(idFilter(scope), "telemetry");
}

function otherFilters(scope: Scope): string[] {
  const id = idFilter(scope);
  return [...KINDS.map((kind) => topicOf(id, kind)), NAMES_TOPIC + id, REMOVED_TOPIC + id];
}

function idFilter({ id, devices }: Scope): string {
  return devices === "own" ? id : "+";
}
