import type { MqttClient } from "mqtt";
import { SERVER_STATUS_TOPIC, topicOf } from "../src/wire";
import type { Membership } from "./cluster/options";
import { sharedFilter } from "./cluster/shared-subscription";
import { HOME_ASSISTANT_STATUS_TOPIC } from "./home-assistant/discovery";

export interface Subscribed {
  /** The one device to serve, or undefined for all that speak to the broker. */
  onlyId?: string;
  /** False: watch only, another server decides. */
  decide: boolean;
  /** Where this server is one of several. */
  membership?: Membership;
}

/** @param others what else to hear, of the servers beside this one */
export async function subscribe(
  client: MqttClient,
  { onlyId: id = "+", decide, membership }: Subscribed,
  others: string | undefined,
): Promise<void> {
  const telemetry = topicOf(id, "telemetry");
  const kinds = ["commands", "status", "state", "desired"] as const;
  const filters = kinds.map((kind) => topicOf(id, kind));
  if (decide) filters.push(SERVER_STATUS_TOPIC);
  if (others !== undefined) filters.push(others);
  if (id !== "+") filters.push(HOME_ASSISTANT_STATUS_TOPIC);
  const shared = membership && "share" in membership;
  if (!shared) filters.push(telemetry);
  // What it sends itself it knows: under MQTT 5 the broker spares it that [MQTT-3.8.3-3], but
  // not on shared subscriptions [MQTT-3.8.3-4].
  await client.subscribeAsync(filters, { qos: 1, nl: true });
  if (shared) await client.subscribeAsync(sharedFilter(membership.share, telemetry), { qos: 1 });
}
