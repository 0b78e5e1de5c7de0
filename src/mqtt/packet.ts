/**
 * MQTT 3.1.1 control packets as a client sends them, each encoded into a buffer of its own.
 *
 * Clauses in brackets are those of
 * http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
 */
import { toBytes } from "./bytes";

export type QoS = 0 | 1 | 2;

/** What the broker publishes for a client that goes without DISCONNECT [MQTT 3.1.2.5]. */
export interface Will {
  topic: string;
  payload: string | Buffer;
  /** Default 0. */
  qos?: QoS;
  /** Default false. */
  retain?: boolean;
}

/** Who we are, for CONNECT. */
export interface Identity {
  clientId: string;
  username?: string;
  /** Only with a user name [MQTT-3.1.2-22]. */
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

/** The flag of a PUBLISH that may have been delivered before, in its first byte [MQTT 3.3.1.1]. */
export const DUP = 8;

/** SUBACK's return code for a refused filter [MQTT 3.9.3]. */
export const REFUSED = 0x80;

/**
 * @param keepAliveS seconds, 0..65535; 0 is off
 * @throws Error where a text is longer than 65535 bytes, or a password has no user name
 */
export function encodeConnect(
  identity: Identity,
  keepAliveS: number,
  cleanSession: boolean,
): Buffer {
  const { will, username, password } = identity;
  // In this order: client id, will topic, will message, user name, password [MQTT-3.1.3-1].
  const texts = [identity.clientId as string | Buffer];
  let flags = cleanSession ? 2 : 0;
  if (will) {
    flags |= 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0);
    texts.push(will.topic, will.payload);
  }
  if (username !== undefined) {
    flags |= 128;
    texts.push(username);
  }
  if (password !== undefined) {
    if (username === undefined) throw new Error("password without user name");
    flags |= 64;
    texts.push(password);
  }
  let length = 10;
  for (const text of texts) length += 2 + toBytes(text).length;
  const out = frame(CONNECT << 4, length);
  let at = putText(out, out.length - length, "MQTT"); // [MQTT-3.1.2-1]
  out[at] = 4; // protocol level of 3.1.1 [MQTT 3.1.2.2]
  out[at + 1] = flags;
  putU16(out, at + 2, keepAliveS);
  at += 4;
  for (const text of texts) at = putText(out, at, text);
  return out;
}

/** @param id packet id, 1..65535; unused at QoS 0 [MQTT-2.3.1-5] */
export function encodePublish(
  topic: string,
  payload: string | Buffer,
  qos: QoS,
  retain: boolean,
  id: number,
): Buffer {
  const name = toBytes(topic);
  const body = toBytes(payload);
  const length = 2 + name.length + (qos > 0 ? 2 : 0) + body.length;
  const out = frame((PUBLISH << 4) | (qos << 1) | (retain ? 1 : 0), length);
  const at = putText(out, out.length - length, name);
  if (qos > 0) putU16(out, at, id);
  out.set(body, out.length - body.length);
  return out;
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP. */
export function encodeAck(type: number, id: number): Buffer {
  // PUBREL alone has a flag in its first byte [MQTT-3.6.1-1].
  const out = frame((type << 4) | (type === PUBREL ? 2 : 0), 2);
  putU16(out, 2, id);
  return out;
}

/** SUBSCRIBE for one filter, or with `qos` undefined UNSUBSCRIBE. */
export function encodeSubscribe(id: number, filter: string, qos: QoS | undefined): Buffer {
  const name = toBytes(filter);
  const subscribes = qos !== undefined;
  const length = 4 + name.length + (subscribes ? 1 : 0);
  // The flags are 0010 in both [MQTT-3.8.1-1, MQTT-3.10.1-1].
  const out = frame(((subscribes ? SUBSCRIBE : UNSUBSCRIBE) << 4) | 2, length);
  putU16(out, out.length - length, id);
  const at = putText(out, out.length - length + 2, name);
  if (subscribes) out[at] = qos;
  return out;
}

/** PINGREQ or DISCONNECT. */
export function encodeEmpty(type: number): Buffer {
  return frame(type << 4, 0);
}

/** A packet with its fixed header written; the last `length` bytes are to be filled. */
function frame(first: number, length: number): Buffer {
  const header = length < 0x80 ? 2 : length < 0x4000 ? 3 : length < 0x200000 ? 4 : 5;
  const out = Buffer.alloc(header + length);
  out[0] = first;
  // Seven bits a byte, the lowest first, the top bit where more follow [MQTT 2.2.3].
  let rest = length;
  for (let at = 1; at < header; at++) {
    out[at] = (rest & 127) | (at < header - 1 ? 128 : 0);
    rest = rest >> 7;
  }
  return out;
}

function putU16(out: Buffer, at: number, value: number): void {
  out[at] = value >> 8;
  out[at + 1] = value & 255;
}

/** Writes length and bytes [MQTT 1.5.3], and returns where the next field begins. */
function putText(out: Buffer, at: number, text: string | Buffer): number {
  const bytes = toBytes(text);
  if (bytes.length > 65535) throw new Error("text too long");
  putU16(out, at, bytes.length);
  out.set(bytes, at + 2);
  return at + 2 + bytes.length;
}
