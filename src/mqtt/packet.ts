/**
 * The MQTT 3.1.1 control packets that a client sends, each encoded into a new buffer.
 *
 * Clauses in brackets are those of
 * http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
 */
import { toBytes, u16 } from "./bytes";

export type QoS = 0 | 1 | 2;

/**
 * The message that the broker publishes if the client disconnects without DISCONNECT [MQTT
 * 3.1.2.5].
 */
export interface Will {
  topic: string;
  payload: string | Buffer;
  /** QoS of the message. Default 0. */
  qos?: QoS;
  /** Whether the broker retains the message. Default false. */
  retain?: boolean;
}

/** The client's identity in CONNECT. */
export interface Identity {
  clientId: string;
  username?: string;
  /** Only sent with a user name [MQTT-3.1.2-22]. */
  password?: string;
  will?: Will;
}

// Control packet types [MQTT 2.2.1].
export const CONNECT = 1;
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;
export const SUBSCRIBE = 8;
export const SUBACK = 9;
export const UNSUBSCRIBE = 10;
export const UNSUBACK = 11;
export const PINGREQ = 12;
export const PINGRESP = 13;
export const DISCONNECT = 14;

/** Flag in the first byte of a PUBLISH that may have been delivered before [MQTT 3.3.1.1]. */
export const DUP = 8;

/** SUBACK's return code for a refused filter [MQTT 3.9.3]. */
export const REFUSED = 0x80;

/**
 * Encodes CONNECT.
 * @param keepAliveS seconds, 0..65535; 0 disables keep-alive
 * @throws Error if a text is longer than 65535 bytes
 */
export function encodeConnect(
  identity: Identity,
  keepAliveS: number,
  cleanSession: boolean,
): Buffer {
  const { will, username, password } = identity;
  // Protocol name and level, flags, and keep-alive [MQTT-3.1.2-1].
  const head = Buffer.from([4, 0]);
  const parts = [text("MQTT"), head, u16(keepAliveS)];
  // The broker can't keep a session for a client without an id [MQTT-3.1.3-7].
  let flags = cleanSession || identity.clientId === "" ? 2 : 0;
  // The payload's fields, in this order: client id, will topic, will message, user name, password
  // [MQTT-3.1.3-1].
  parts.push(text(identity.clientId));
  if (will) {
    flags += 4 + (will.qos ?? 0) * 8 + (will.retain ? 32 : 0);
    parts.push(text(will.topic), text(will.payload));
  }
  if (username !== undefined) {
    flags += 128;
    parts.push(text(username));
    if (password !== undefined) {
      flags += 64;
      parts.push(text(password));
    }
  }
  head[1] = flags;
  return packet(CONNECT << 4, parts);
}

/**
 * Encodes PUBLISH.
 * @param id packet id, 1..65535; unused at QoS 0 [MQTT-2.3.1-5]
 */
export function encodePublish(
  topic: string,
  payload: string | Buffer,
  qos: QoS,
  retain: boolean,
  id: number,
): Buffer {
  const parts = [text(topic)];
  if (qos > 0) parts.push(u16(id));
  parts.push(toBytes(payload));
  return packet((PUBLISH << 4) | (qos << 1) | (retain ? 1 : 0), parts);
}

/** Encodes PUBACK, PUBREC, PUBREL or PUBCOMP. */
export function encodeAck(type: number, id: number): Buffer {
  // Only PUBREL has a flag in its first byte [MQTT-3.6.1-1].
  return packet((type << 4) | (type === PUBREL ? 2 : 0), [u16(id)]);
}

/** Encodes SUBSCRIBE for one filter, or UNSUBSCRIBE if `qos` is undefined. */
export function encodeSubscribe(id: number, filter: string, qos: QoS | undefined): Buffer {
  const parts = [u16(id), text(filter)];
  // The flags are 0010 in both packets [MQTT-3.8.1-1, MQTT-3.10.1-1].
  if (qos === undefined) return packet((UNSUBSCRIBE << 4) | 2, parts);
  parts.push(Buffer.from([qos]));
  return packet((SUBSCRIBE << 4) | 2, parts);
}

/** Encodes PINGREQ or DISCONNECT. */
export function encodeEmpty(type: number): Buffer {
  return packet(type << 4, []);
}

function packet(first: number, parts: Buffer[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  let header = 2;
  for (let rest = length; rest > 127; rest = rest >> 7) header++;
  const out = Buffer.alloc(header + length);
  out[0] = first;
  // The length is encoded with seven bits per byte, lowest first; the top bit is set if more bytes
  // follow [MQTT 2.2.3].
  let at = 1;
  while (length > 127) {
    out[at++] = (length & 127) | 128;
    length = length >> 7;
  }
  out[at++] = length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Encodes text: its length in bytes, then the bytes [MQTT 1.5.3]. */
function text(data: string | Buffer): Buffer {
  const bytes = toBytes(data);
  const { length } = bytes;
  if (length > 65535) throw new Error("text too long");
  const out = Buffer.alloc(2 + length);
  out[0] = length >> 8;
  out[1] = length & 255;
  out.set(bytes, 2);
  return out;
}
