import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { SERVER_STATUS_TOPIC, type Status } from "../src/wire";
import type { Log } from "./log";
import { connectionError, type Tls } from "./tls";
import { UserError, messageOf } from "./user-error";

/** How a part of the server gets to its broker. */
export interface BrokerAccess {
  brokerUrl: string;
  /** Further nodes of the broker, where it is a cluster: a lost connection goes on to the next. */
  otherBrokerUrls?: string[];
  /** The broker may know MQTT 5. */
  mqtt5: boolean;
  clientId: string;
  username?: string;
  password?: string;
  /** For a broker with TLS: whom to trust, and what to show. */
  tls?: Tls;
}

type Will = IClientOptions["will"];

/** Of a server that decides: devices go by it. */
export const OFFLINE_WILL = {
  topic: SERVER_STATUS_TOPIC,
  payload: Buffer.from("offline" satisfies Status),
  qos: 1,
  retain: true,
} as const;

/** How long the broker may take to answer the first time. */
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 500;
/** What brokers of MQTT 3.1.1 answer to a client of MQTT 5: a refusal, nothing at all, or they hang up. */
const REFUSES_MQTT5 = /protocol version|connack timeout|closed|couldn't connect to server/i;

/**
 * Connects to the first node that answers: by MQTT 5 where the broker has it, for its message
 * expiry; else by MQTT 3.1.1.
 * @throws UserError where no node answers, or the broker refuses
 */
export async function connect(access: BrokerAccess, will?: Will): Promise<MqttClient> {
  const urls = [access.brokerUrl, ...(access.otherBrokerUrls ?? [])];
  const errors: string[] = [];
  for (const [at, url] of urls.entries())
    try {
      return await connectTo([url, ...urls.slice(at + 1), ...urls.slice(0, at)], access, will);
    } catch (error) {
      errors.push(`${url}: ${connectionError(error)}`);
    }
  throw new UserError(`cannot reach the broker ${errors.join("; ")}`);
}

/** Logs when an established connection is lost and made again, and tells it. */
export function watchConnection(
  client: MqttClient,
  log: Log,
  onChange: (connected: boolean) => void,
): void {
  client.on("connect", () => {
    log("server", `Connected again to ${addressOf(client)}`);
    onChange(true);
  });
  client.on("close", () => {
    if (client.disconnecting) return;
    log("server", `Lost the broker ${addressOf(client)}, trying again`, { level: "warn" });
    onChange(false);
  });
  client.on("error", (error) =>
    log("server", `Broker ${addressOf(client)}: ${connectionError(error)}`, { level: "warn" }),
  );
}

/** The node that a client is connected to, or tries. */
export function addressOf({ options }: MqttClient): string {
  const { protocol = "mqtt", host = "", port } = options;
  const name = host.includes(":") ? `[${host}]` : host;
  return `${protocol}://${name}${port ? `:${port}` : ""}`;
}

/** Of the nodes, in the order in which they are tried. */
type Urls = [string, ...string[]];

async function connectTo(urls: Urls, access: BrokerAccess, will?: Will): Promise<MqttClient> {
  if (access.mqtt5)
    try {
      return await connectBy(5, urls, access, will);
    } catch (error) {
      if (!REFUSES_MQTT5.test(messageOf(error))) throw error;
    }
  return await connectBy(4, urls, access, will);
}

async function connectBy(
  protocolVersion: 4 | 5,
  urls: Urls,
  access: BrokerAccess,
  will?: Will,
): Promise<MqttClient> {
  const { clientId, username, password } = access;
  const [url] = urls;
  // The client would make TLS of a plain address, given a certificate.
  const encrypted = /^(mqtts|wss):/.test(url);
  const tls = { ...(encrypted && access.tls), minVersion: "TLSv1.2" as const };
  return await connectAsync(
    url,
    {
      protocolVersion,
      clientId,
      username,
      password,
      ...tls,
      // The WebSocket is made from these alone.
      wsOptions: tls,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: RECONNECT_MS,
      // Readings that nobody could answer are not worth a queue: the next one is on its way.
      queueQoSZero: false,
      // It would ask some twenty times a message whether anyone wants to debug it.
      log: () => undefined,
      ...(urls.length > 1 && { servers: urls.map(hostAndPort) }),
      will,
    },
    false,
  );
}

function hostAndPort(url: string): { host: string; port: number } {
  const { protocol, hostname, port } = new URL(url);
  const usual = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 }[protocol] ?? 1883;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || usual };
}
