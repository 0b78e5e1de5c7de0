import { connect as mqttConnect, type IClientOptions, type MqttClient } from "mqtt";
import { parseBrokerAddress } from "../../src/common/broker-address";
import { SERVER_STATUS_TOPIC, type Status } from "../../src/common/wire";
import type { Log } from "../base/log";
import { messageOf, UserError } from "../base/user-error";
import { connectionError, type Tls } from "../setup/tls";
import type { Link, OnMessage } from "./link";
import { type LocalClient, LocalLink } from "./local-link";
import { addressOf } from "./mqtt-client";
import { OutgoingStore } from "./outgoing-store";
import { PrefixedLink } from "./prefixed-link";
import { RemoteLink } from "./remote-link";

/** How a part of the server connects to its broker. */
export interface BrokerAccess {
  brokerUrl: string;
  /** Set if the broker runs in this process: attaches a client to it. */
  attach?:
    ((clientId: string, will: Will | undefined, onMessage: OnMessage) => LocalClient) | undefined;
  /**
   * Further nodes of the broker, if it is a cluster. They are tried when a connection fails or is
   * lost.
   */
  otherBrokerUrls?: string[];
  /** Whether the broker may support MQTT 5. */
  mqtt5: boolean;
  clientId: string;
  username?: string;
  password?: string;
  /** For a broker with TLS: the trusted authorities, and this client's certificate. */
  tls?: Tls;
  /**
   * Whether the broker keeps messages at QoS 1 for this client id while the server is away. Only
   * with MQTT 5: with MQTT 3.1.1, the session of a server that never comes back would not expire.
   */
  keepSession?: boolean;
  /**
   * Longest turn of the event loop, ms. The output of a longer turn is discarded; see `RemoteLink`.
   */
  maxTurnMs?: number | undefined;
}

export interface Will {
  topic: string;
  payload: Buffer;
  qos: 0 | 1;
  retain: boolean;
}

/** The will of a server that decides. If no server is online, devices decide for themselves. */
export const OFFLINE_WILL = {
  topic: SERVER_STATUS_TOPIC,
  payload: Buffer.from("offline" satisfies Status),
  qos: 1,
  retain: true,
} as const;

/** How long to wait for the broker's CONNACK, ms. */
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 500;
/** Options for a session that expires an hour after a disconnect [MQTT 5, 3.1.2.11.2]. */
const KEPT_SESSION = { clean: false, properties: { sessionExpiryInterval: 3_600 } };
/**
 * A warning is logged after `SHORT_ONES` connections in a row, each shorter than `SHORT_MS`: two
 * clients with one client id disconnect each other each time they reconnect.
 */
const SHORT_MS = 3_000;
const SHORT_CONNECTIONS = 3;
/**
 * Errors after an MQTT 5 CONNECT to a broker that only supports MQTT 3.1.1: the broker refuses it,
 * does not answer, or closes the connection.
 */
const REFUSES_MQTT5 = /protocol version|connack timeout|closed/i;

/**
 * Connects to the first node that answers. Uses MQTT 5, because of its message expiry, if the
 * broker supports it, otherwise MQTT 3.1.1.
 * @param prepare called with the link of each attempt, before it connects
 * @returns the result of `prepare` for the link that connected
 * @throws UserError if no node answers, or the broker refuses the connection
 */
export async function connect<T>(
  access: BrokerAccess,
  will: Will | undefined,
  prepare: (link: Link) => T,
): Promise<T> {
  const { attach, clientId } = access;
  if (attach)
    return prepare(
      new LocalLink((onMessage) => attach(clientId, will, onMessage), access.brokerUrl),
    );
  const urls = [access.brokerUrl, ...(access.otherBrokerUrls ?? [])];
  const errors: string[] = [];
  for (const [at, url] of urls.entries())
    try {
      return await connectTo(
        [url, ...urls.slice(at + 1), ...urls.slice(0, at)],
        access,
        (options) =>
          open(url, { ...optionsFor(access, url), will, ...options }, (client) =>
            prepare(new RemoteLink(client, access.maxTurnMs)),
          ),
      );
    } catch (error) {
      errors.push(`${url}: ${connectionError(error)}`);
    }
  throw new UserError(`cannot reach the broker ${errors.join("; ")}`);
}

/** Logs each loss of an established connection and each reconnect, and calls `onChange`. */
export function watchConnection(
  link: Link,
  log: Log,
  onChange: (connected: boolean) => void,
): void {
  // A connection inside this process cannot be lost.
  const remote = link instanceof PrefixedLink ? link.inner : link;
  if (!(remote instanceof RemoteLink)) return;
  const { client } = remote;
  let sinceMs: number | undefined = performance.now();
  let shortOnes = 0;
  client.on("connect", () => {
    sinceMs = performance.now();
    log("server", `Connected again to ${addressOf(client)}`);
    onChange(true);
  });
  client.on("close", () => {
    if (client.disconnecting) return;
    log("server", `Lost the connection to the broker ${addressOf(client)}, reconnecting`, {
      level: "warn",
    });
    onChange(false);
    if (sinceMs === undefined) return;
    shortOnes = performance.now() - sinceMs < SHORT_MS ? shortOnes + 1 : 0;
    sinceMs = undefined;
    if (shortOnes === SHORT_CONNECTIONS) log("server", twinWarning(client), { level: "warn" });
  });
  client.on("error", (error) => {
    // While disconnecting, it may be too late to acknowledge a message. The broker then sends that
    // message again, so the error is not logged.
    if (client.disconnecting) return;
    log("server", `Broker ${addressOf(client)}: ${connectionError(error)}`, { level: "warn" });
  });
}

/** Not every broker says why it closes a connection, so the cause is a guess. */
function twinWarning({ options }: MqttClient): string {
  return (
    `Warning: disconnected ${SHORT_CONNECTIONS} times in a row, right after connecting. If another program ` +
    `connects as ${options.clientId ?? ""}, give one of the two another --id`
  );
}

/** The broker's nodes, in the order they are tried. */
type Urls = [string, ...string[]];

type Try<T> = (options: IClientOptions) => Promise<T>;

async function connectTo<T>(urls: Urls, access: BrokerAccess, attempt: Try<T>): Promise<T> {
  const { mqtt5, keepSession } = access;
  const servers = urls.length > 1 && { servers: urls.map(nodeAt) };
  if (mqtt5)
    try {
      return await attempt({ ...servers, protocolVersion: 5, ...(keepSession && KEPT_SESSION) });
    } catch (error) {
      if (!REFUSES_MQTT5.test(messageOf(error))) throw error;
    }
  return await attempt({ ...servers, protocolVersion: 4 });
}

function optionsFor(access: BrokerAccess, url: string): IClientOptions {
  const { clientId, username, password } = access;
  const { host, tls: encrypted } = nodeAt(url);
  // Given a certificate, MQTT.js would use TLS for a plain address, too.
  const tls = { ...(encrypted && access.tls), minVersion: "TLSv1.2" as const };
  return {
    host,
    clientId,
    username,
    password,
    ...tls,
    // MQTT.js passes only these options to a WebSocket.
    wsOptions: tls,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: RECONNECT_MS,
    // If the broker is down, commands at QoS 0 are not queued, because the next readings are
    // answered anyway.
    queueQoSZero: false,
    // With its default logger, MQTT.js checks some twenty times per message whether debugging is
    // enabled.
    log: () => undefined,
  };
}

/**
 * Like `connectAsync`, but adds the listeners before it connects. Messages queued in the session
 * arrive together with the CONNACK; without a listener, they would be acknowledged unhandled.
 */
function open<T>(
  url: string,
  options: IClientOptions,
  prepare: (client: MqttClient) => T,
): Promise<T> {
  const outgoingStore = new OutgoingStore();
  const client = mqttConnect(url, { ...options, outgoingStore });
  outgoingStore.watch(client);
  const prepared = prepare(client);
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      client.off("connect", onConnect).off("error", settle).off("close", onClose);
      if (error === undefined) return resolve(prepared);
      client.on("error", () => undefined);
      client.end(true);
      reject(error);
    };
    const onConnect = () => settle();
    const onClose = () => settle(new Error("connection closed"));
    client.on("connect", onConnect).on("error", settle).on("close", onClose);
  });
}

/** @throws UserError if the text is not the address of a broker */
function nodeAt(url: string): { host: string; port: number; tls: boolean } {
  const address = parseBrokerAddress(url);
  if (typeof address === "string") throw new UserError(`broker ${url}: ${address}`);
  const { scheme, host, port, tls } = address;
  // MQTT.js builds a WebSocket's URL from the host as it is, so an IPv6 address needs its brackets.
  const inUrl = scheme.startsWith("ws") && host.includes(":") ? `[${host}]` : host;
  return { host: inUrl, port, tls };
}
