import type {
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  QoS,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet";

/** The packets of MQTT 3.1.1 that a client sends: read by decoder.ts, answered by encode.ts. */

export type { QoS };

export interface Will {
  topic: string;
  payload: Buffer;
  qos: QoS;
  retain: boolean;
}

export interface Connect {
  type: typeof CONNECT;
  /** Protocol level: 4 is MQTT 3.1.1, 3 is MQTT 3.1. */
  level: 3 | 4;
  clientId: string;
  /**
   * CleanSession: an earlier session is discarded, and the new session ends with the connection.
   */
  clean: boolean;
  /** Keep alive, s; 0 disables it. */
  keepAliveS: number;
  will?: Will;
  username?: string;
  password?: Buffer;
}

export interface Publish {
  type: typeof PUBLISH;
  topic: string;
  /** A view of the data that was read. Copy the payload before keeping it. */
  payload: Buffer;
  qos: QoS;
  retain: boolean;
  /** Packet id; 0 at QoS 0. */
  id: number;
}

export interface Subscribe {
  type: typeof SUBSCRIBE;
  id: number;
  filters: { filter: string; qos: QoS }[];
}

export interface Unsubscribe {
  type: typeof UNSUBSCRIBE;
  id: number;
  filters: string[];
}

export type AckType = typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP;

export interface Ack {
  type: AckType;
  id: number;
}

/** A packet that a client sends once the broker has accepted the client, except DISCONNECT. */
export type Request = Publish | Ack | Subscribe | Unsubscribe | { type: typeof PINGREQ };

export type Packet = Connect | Request | { type: typeof DISCONNECT };
