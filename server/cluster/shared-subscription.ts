import { randomBytes } from "node:crypto";
import type { MqttClient } from "mqtt";
import { messageOf, UserError } from "../base/user-error";

/** A broker that delivers through a shared subscription does so within this. */
const PROBE_MS = 3_000;

/** MQTT 5, section 4.8.2. */
export function sharedFilter(group: string, filter: string): string {
  return `$share/${group}/${filter}`;
}

/**
 * Sees a message through a shared subscription before any device depends on one: some brokers
 * grant it and then deliver nothing.
 * @throws UserError where the broker has none
 */
export async function probeSharedSubscription(
  client: MqttClient,
  isMqtt5: boolean,
  brokerUrl: string,
): Promise<void> {
  const instead = "use --shard instead";
  if (!isMqtt5)
    throw new UserError(`--share: the broker ${brokerUrl} does not speak MQTT 5; ${instead}`);
  const name = `probe-${randomBytes(6).toString("hex")}`;
  const topic = `nightlight/server/${name}`;
  const filter = sharedFilter(name, topic);
  let timer: NodeJS.Timeout | undefined;
  let onMessage: ((topic: string) => void) | undefined;
  const arrived = new Promise<void>((resolve, reject) => {
    onMessage = (arrivedOn) => {
      if (arrivedOn === topic) resolve();
    };
    client.on("message", onMessage);
    timer = setTimeout(
      () => reject(new Error(`no message came through within ${PROBE_MS} ms`)),
      PROBE_MS,
    );
  });
  const sent = client
    .subscribeAsync(filter, { qos: 1 })
    .then(() => client.publishAsync(topic, "probe", { qos: 1 }));
  try {
    await Promise.race([arrived, sent.then(() => arrived)]);
    await client.unsubscribeAsync(filter);
  } catch (error) {
    throw new UserError(
      `--share: the broker ${brokerUrl} has no shared subscriptions (${messageOf(error)}); ${instead}`,
    );
  } finally {
    clearTimeout(timer);
    if (onMessage) client.off("message", onMessage);
  }
}
