import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { connectionError, type Tls } from "./tls";
import { UserError, messageOf } from "./user-error";

/** How a part of the server gets to its broker. */
export interface BrokerAccess {
  brokerUrl: string;
  /** The broker may know MQTT 5. */
  mqtt5: boolean;
  clientId: string;
  username?: string;
  password?: string;
  /** For a broker with TLS: whom to trust, and what to show. */
  tls?: Tls;
}

type Will = IClientOptions["will"];

/** How long the broker may take to answer the first time. */
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 500;
/** What brokers of MQTT 3.1.1 answer to a client of MQTT 5: a refusal, or nothing at all. */
const REFUSES_MQTT5 = /protocol version|connack timeout|closed/i;

/** MQTT 5 where the broker has it, for its message expiry; else MQTT 3.1.1. @throws UserError */
export async function connect(access: BrokerAccess, will?: Will): Promise<MqttClient> {
  if (access.mqtt5)
    try {
      return await connectBy(5, access, will);
    } catch (error) {
      if (!REFUSES_MQTT5.test(messageOf(error))) throw error;
    }
  return await connectBy(4, access, will);
}

async function connectBy(
  protocolVersion: 4 | 5,
  access: BrokerAccess,
  will?: Will,
): Promise<MqttClient> {
  const { brokerUrl, clientId, username, password } = access;
  // The client would make TLS of a plain address, given a certificate.
  const encrypted = /^(mqtts|wss):/.test(brokerUrl);
  const tls = { ...(encrypted && access.tls), minVersion: "TLSv1.2" as const };
  try {
    return await connectAsync(
      brokerUrl,
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
        will,
      },
      false,
    );
  } catch (error) {
    throw new UserError(`cannot reach the broker ${brokerUrl}: ${connectionError(error)}`);
  }
}
