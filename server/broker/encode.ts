import {
  CONNACK,
  DUP,
  PINGRESP,
  PUBLISH,
  PUBREL,
  SUBACK,
  type UNSUBACK,
} from "../../src/mqtt/packet";
import type { AckType, QoS } from "./packets";

/**
 * The control packets of MQTT 3.1.1 that a server sends. No I/O, no clock.
 *
 * Clauses in brackets are those of
 * http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
 */

/** CONNACK return codes [MQTT 3.2.2.3]. */
export const ACCEPTED = 0;
export const BAD_PROTOCOL = 1;
export const BAD_CLIENT_ID = 2;
export const UNAVAILABLE = 3;
export const BAD_LOGIN = 4;
export const NOT_AUTHORIZED = 5;

/** @param sessionPresent may be true only with code 0 [MQTT-3.2.2-4] */
export function encodeConnack(code: number, sessionPresent = false): Buffer {
  return Buffer.from([CONNACK << 4, 2, sessionPresent ? 1 : 0, code]);
}

/** Encodes a PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK. */
export function encodeAck(type: AckType | typeof UNSUBACK, id: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  // Only PUBREL has a flag [MQTT-3.6.1-1].
  out[0] = (type << 4) | (type === PUBREL ? 2 : 0);
  out[1] = 2;
  out[2] = id >> 8;
  out[3] = id & 255;
  return out;
}

/** @param codes granted QoS or REFUSED, in the order of the filters [MQTT-3.9.3-1] */
export function encodeSuback(id: number, codes: number[]): Buffer {
  const { out, at } = start(SUBACK << 4, 2 + codes.length);
  out[at] = id >> 8;
  out[at + 1] = id & 255;
  for (const [i, code] of codes.entries()) out[at + 2 + i] = code;
  return out;
}

export const PINGRESP_PACKET = Buffer.from([PINGRESP << 4, 0]);

export interface Published {
  topic: string;
  payload: Buffer;
}

/** @param id packet id; unused at QoS 0 [MQTT-2.3.1-5] */
export function encodePublish(
  { topic, payload }: Published,
  qos: QoS,
  retain: boolean,
  id: number,
  dup = false,
): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const first = (PUBLISH << 4) | (dup ? DUP : 0) | (qos << 1) | (retain ? 1 : 0);
  const started = start(first, 2 + topicBytes + (qos > 0 ? 2 : 0) + payload.length);
  const { out } = started;
  let { at } = started;
  out[at++] = topicBytes >> 8;
  out[at++] = topicBytes & 255;
  at += out.write(topic, at);
  if (qos > 0) {
    out[at++] = id >> 8;
    out[at++] = id & 255;
  }
  out.set(payload, at);
  return out;
}

/**
 * Makes a packet and writes its fixed header; `at` is the index at which the packet's body begins.
 */
function start(first: number, length: number): { out: Buffer; at: number } {
  const header = length < 128 ? 2 : length < 16_384 ? 3 : length < 2_097_152 ? 4 : 5;
  const out = Buffer.allocUnsafe(header + length);
  out[0] = first;
  // Seven bits per byte, the lowest first; the top bit says that more bytes follow [MQTT 2.2.3].
  let at = 1;
  let rest = length;
  for (; rest > 127; rest >>= 7) out[at++] = (rest & 127) | 128;
  out[at++] = rest;
  return { out, at };
}
