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

/** How a part of the server gets to its broker. */
export interface BrokerAccess {
  brokerUrl: string;
  /** If that broker is in this process. */
  attach?:
    ((clientId: string, will: Will | undefined, onMessage: OnMessage) => LocalClient) | undefined;
  /** Further nodes of the broker, if it is a cluster: a lost connection goes on to the next. */
  otherBrokerUrls?: string[];
  /** The broker may know MQTT 5. */
  mqtt5: boolean;
  clientId: string;
  username?: string;
  password?: string;
  /** For a broker with TLS: whom to trust, and what to show. */
  tls?: Tls;
  /**
   * The broker keeps what comes at QoS 1 while the server is away, for the same client id. Under
   * MQTT 5 alone: before it, nobody ends the session of a server that never comes back.
   */
  keepSession?: boolean;
  /** What was written in a turn of the event loop that took longer is void, ms; see `RemoteLink`. */
  maxTurnMs?: number | undefined;
}

export interface Will {
  topic: string;
  payload: Buffer;
  qos: 0 | 1;
  retain: boolean;
}

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
/** For an hour, s [MQTT 5, 3.1.2.11.2]. */
const KEPT_SESSION = { clean: false, properties: { sessionExpiryInterval: 3_600 } };
/** Two with one client id throw each other out each time that the other comes back. */
const SHORT_MS = 3_000;
const SHORT_ONES = 3;
/** What brokers of MQTT 3.1.1 answer to a client of MQTT 5: a refusal, nothing at all, or they hang up. */
const REFUSES_MQTT5 = /protocol version|connack timeout|closed/i;

/**
 * Connects to the first node that answers: by MQTT 5 if the broker has it, for its message
 * expiry; else by MQTT 3.1.1.
 * @param prepare is handed the link of each try, before that is connected
 * @returns what it made of the one that is
 * @throws UserError if no node answers, or the broker refuses
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

/** Logs when an established connection is lost and made again, and tells it. */
export function watchConnection(
  link: Link,
  log: Log,
  onChange: (connected: boolean) => void,
): void {
  // One within this process is never lost.
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
    log("server", `Lost the broker ${addressOf(client)}, trying again`, { level: "warn" });
    onChange(false);
    if (sinceMs === undefined) return;
    shortOnes = performance.now() - sinceMs < SHORT_MS ? shortOnes + 1 : 0;
    sinceMs = undefined;
    if (shortOnes === SHORT_ONES) log("server", twinWarning(client), { level: "warn" });
  });
  client.on("error", (error) => {
    // An acknowledgement that comes too late at the end: the broker sends that message again.
    if (client.disconnecting) return;
    log("server", `Broker ${addressOf(client)}: ${connectionError(error)}`, { level: "warn" });
  });
}

/** Not every broker says why it ends a connection, so this is a guess. */
function twinWarning({ options }: MqttClient): string {
  return (
    `Warning: cut off ${SHORT_ONES} times in a row, each time as soon as connected. Does another ` +
    `program connect as ${options.clientId ?? ""}? Then give one of the two another --id`
  );
}

/** Of the nodes, in the order in which they are tried. */
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
  // The client would make TLS of a plain address, given a certificate.
  const tls = { ...(encrypted && access.tls), minVersion: "TLSv1.2" as const };
  return {
    host,
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
  };
}

/**
 * As `connectAsync`, but who listens is there from the start: what waited in the session comes
 * together with the CONNACK, and would be acknowledged unheard.
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

/** @throws UserError if the text is no broker's address */
function nodeAt(url: string): { host: string; port: number; tls: boolean } {
  const address = parseBrokerAddress(url);
  if (typeof address === "string") throw new UserError(`broker ${url}: ${address}`);
  const { scheme, host, port, tls } = address;
  // MQTT.js makes the URL of a WebSocket from the host as it stands.
  const inUrl = scheme.startsWith("ws") && host.includes(":") ? `[${host}]` : host;
  return { host: inUrl, port, tls };
}
