/**
 * MQTT 3.1.1 control packets: those of a client decoded strictly, those of a server encoded. No
 * I/O, no clock.
 *
 * Clauses in brackets are those of
 * http://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html
 */
import { isUtf8 } from "node:buffer";
import {
  CONNACK,
  CONNECT,
  DISCONNECT,
  DUP,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  type QoS,
  SUBACK,
  SUBSCRIBE,
  UNSUBACK,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet";
import { isFilter, isTopic } from "../../src/mqtt/topic";
import { type Reason, Refusal } from "../base/rejections";

export type { QoS };

export interface Will {
  topic: string;
  payload: Buffer;
  qos: QoS;
  retain: boolean;
}

export interface Connect {
  type: typeof CONNECT;
  clientId: string;
  /** CleanSession: nothing is kept from before, nor beyond the connection. */
  clean: boolean;
  /** Seconds; 0 is off. */
  keepAliveS: number;
  will?: Will;
  username?: string;
  password?: Buffer;
}

export interface Publish {
  type: typeof PUBLISH;
  topic: string;
  /** A view of what was read: to be copied by whoever keeps it. */
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

type AckType = typeof PUBACK | typeof PUBREC | typeof PUBREL | typeof PUBCOMP;

export interface Ack {
  type: AckType;
  id: number;
}

export type Packet =
  | Connect
  | Publish
  | Ack
  | Subscribe
  | Unsubscribe
  | { type: typeof PINGREQ }
  | { type: typeof DISCONNECT };

/** A CONNECT that is refused with an answer [MQTT 3.2.2.3]. */
export class ConnectRefusal extends Refusal {
  constructor(
    reason: Reason,
    message: string,
    readonly answer: Buffer,
  ) {
    super(reason, message);
  }
}

/** CONNACK return codes [MQTT 3.2.2.3]. */
export const ACCEPTED = 0;
export const BAD_PROTOCOL = 1;
export const BAD_CLIENT_ID = 2;
export const UNAVAILABLE = 3;
export const BAD_LOGIN = 4;
export const NOT_AUTHORIZED = 5;

/** CONNACK of MQTT 5: flags, reason "unsupported protocol version", no properties [MQTT 5, 3.2]. */
const REFUSED_MQTT5 = Buffer.from([CONNACK << 4, 3, 0, 0x84, 0]);

/** The flags of a first byte, by type; -1 for types that no client sends [MQTT 2.2.1, 2.2.2]. */
const FLAGS: number[] = Array.from({ length: 16 }, () => -1);
for (const type of [CONNECT, PUBLISH, PUBACK, PUBREC, PUBCOMP, PINGREQ, DISCONNECT])
  FLAGS[type] = 0;
for (const type of [PUBREL, SUBSCRIBE, UNSUBSCRIBE]) FLAGS[type] = 2;

const NOTHING = Buffer.alloc(0);

/** Packets out of a client's stream, however TCP has cut it. */
export class Decoder {
  private buffer: Buffer = NOTHING;
  private at = 0;
  /** What came while a packet was incomplete; put together once it is whole. */
  private later: Buffer[] = [];
  private available = 0;
  private needed = 0;

  /** @param maxBytes of a packet after its fixed header */
  constructor(private readonly maxBytes: number) {}

  /** More has come than one packet may have: whoever sends it can wait until that is read. */
  get isFull(): boolean {
    return this.available > this.maxBytes;
  }

  push(chunk: Buffer): void {
    this.available += chunk.length;
    if (this.at < this.buffer.length || this.later.length > 0) this.later.push(chunk);
    else {
      this.buffer = chunk;
      this.at = 0;
    }
  }

  /**
   * The next packet, or undefined if it is not complete yet.
   * @throws Refusal if the client has to be cut off [MQTT-4.8.0-1]
   */
  next(): Packet | undefined {
    if (this.available < this.needed) return undefined;
    if (this.later.length > 0) {
      this.buffer = Buffer.concat([this.buffer.subarray(this.at), ...this.later]);
      this.at = 0;
      this.later = [];
    }
    const { buffer, at, available } = this;
    if (available === 0) return undefined;
    const first = buffer[at] as number;
    checkFirstByte(first);
    let length = 0;
    let header = 1;
    for (let factor = 1; ; factor *= 128) {
      // [MQTT 2.2.3]: at most four bytes.
      if (header > 4) malformed("a packet length of more than four bytes");
      if (header >= available) return this.wait(available + 1);
      const byte = buffer[at + header++] as number;
      length += (byte & 127) * factor;
      if (length > this.maxBytes)
        throw new Refusal(
          "packet-bytes",
          `a packet of at least ${length} bytes, allowed are ${this.maxBytes}`,
        );
      if (byte < 128) break;
    }
    if (available < header + length) return this.wait(header + length);
    this.needed = 0;
    this.available -= header + length;
    this.at = at + header + length;
    return decode(first, new Reader(buffer, at + header, this.at));
  }

  private wait(needed: number): undefined {
    this.needed = needed;
    return undefined;
  }
}

function checkFirstByte(first: number): void {
  const type = first >> 4;
  const flags = FLAGS[type] as number;
  if (flags < 0) malformed(`a packet of type ${type}, which no client sends`);
  // [MQTT-2.2.2-2], for SUBSCRIBE, UNSUBSCRIBE and PUBREL [MQTT-3.8.1-1, 3.10.1-1, 3.6.1-1] too.
  if (type !== PUBLISH && (first & 15) !== flags) malformed(`reserved flags ${first & 15}`);
}

/** The fields of one packet's body. */
class Reader {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    if (this.left < 1) malformed("a packet that ends too early");
    return this.buffer[this.at++] as number;
  }

  u16(): number {
    if (this.left < 2) malformed("a packet that ends too early");
    const { buffer, at } = this;
    this.at += 2;
    return ((buffer[at] as number) << 8) | (buffer[at + 1] as number);
  }

  /** [MQTT-2.3.1-1] */
  id(): number {
    const id = this.u16();
    if (id === 0) malformed("packet id 0");
    return id;
  }

  bytes(length = this.u16()): Buffer {
    if (this.left < length) malformed("a packet that ends too early");
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }

  /** @param reason what it counts as if it is no text [MQTT-1.5.3-1, MQTT-1.5.3-2] */
  text(what: string, reason: Reason = "malformed-packet"): string {
    const bytes = this.bytes();
    const text = bytes.toString();
    // One character a byte, none of them replaced: ASCII, which nearly every text is.
    const isClean = (text.length === bytes.length && !text.includes("\ufffd")) || isUtf8(bytes);
    if (!isClean || text.includes("\0"))
      throw new Refusal(reason, `${what} that is not clean UTF-8`);
    return text;
  }

  /** [MQTT-3.3.2-2, MQTT-4.7.1-1, MQTT-4.7.3-1] */
  topic(what: string, reason: Reason): string {
    const topic = this.text(what, reason);
    if (!isTopic(topic))
      throw new Refusal(reason, `${what} that is ${topic === "" ? "empty" : "a filter"}`);
    return topic;
  }

  /** [MQTT-3.8.3-1, MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1] */
  filter(): string {
    const filter = this.text("a topic", "topic");
    if (!isFilter(filter))
      throw new Refusal("topic", filter === "" ? "an empty topic filter" : "no topic filter");
    return filter;
  }

  /** Nothing may follow. */
  finish(): void {
    if (this.left > 0) malformed(`${this.left} bytes too many`);
  }
}

function decode(first: number, reader: Reader): Packet {
  const type = first >> 4;
  switch (type) {
    case PUBLISH:
      return publish(first, reader);
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP: {
      const id = reader.id();
      reader.finish();
      return { type, id };
    }
    case CONNECT:
      return connect(reader);
    case SUBSCRIBE:
      return subscribe(reader);
    case UNSUBSCRIBE:
      return unsubscribe(reader);
    default:
      reader.finish();
      return type === PINGREQ ? { type } : { type: DISCONNECT };
  }
}

function publish(first: number, reader: Reader): Publish {
  const qos = (first >> 1) & 3;
  if (qos > 2) malformed("QoS 3"); // [MQTT-3.3.1-4]
  if (qos === 0 && first & DUP) malformed("DUP at QoS 0"); // [MQTT-3.3.1-2]
  const topic = reader.topic("a topic", "topic");
  const id = qos > 0 ? reader.id() : 0;
  const payload = reader.bytes(reader.left);
  return { type: PUBLISH, topic, payload, qos: qos as QoS, retain: (first & 1) === 1, id };
}

function subscribe(reader: Reader): Subscribe {
  const id = reader.id();
  const filters: Subscribe["filters"] = [];
  while (reader.left > 0) {
    const filter = reader.filter();
    const qos = reader.u8();
    if (qos > 2) malformed(`a requested QoS of ${qos}`); // [MQTT-3-8.3-4]
    filters.push({ filter, qos: qos as QoS });
  }
  if (filters.length === 0) malformed("a SUBSCRIBE without a filter"); // [MQTT-3.8.3-3]
  return { type: SUBSCRIBE, id, filters };
}

function unsubscribe(reader: Reader): Unsubscribe {
  const id = reader.id();
  const filters: string[] = [];
  while (reader.left > 0) filters.push(reader.filter());
  if (filters.length === 0) malformed("an UNSUBSCRIBE without a filter"); // [MQTT-3.10.3-2]
  return { type: UNSUBSCRIBE, id, filters };
}

function connect(reader: Reader): Connect {
  const level = protocolLevel(reader);
  const flags = reader.u8();
  if (flags & 1) malformed("the reserved flag of a CONNECT"); // [MQTT-3.1.2-3]
  const hasWill = (flags & 4) !== 0;
  const willQos = (flags >> 3) & 3;
  if (willQos > 2) malformed("a will of QoS 3"); // [MQTT-3.1.2-14]
  // [MQTT-3.1.2-11, MQTT-3.1.2-13, MQTT-3.1.2-15]
  if (!hasWill && flags & 0x38) malformed("flags of a will without a will");
  const hasUser = (flags & 0x80) !== 0;
  const hasPassword = (flags & 0x40) !== 0;
  // [MQTT-3.1.2-22]
  if (!hasUser && hasPassword) malformed("a password without a user name");
  const packet: Connect = {
    type: CONNECT,
    clean: (flags & 2) !== 0,
    keepAliveS: reader.u16(),
    // [MQTT-3.1.3-1]: the fields come in this order.
    clientId: reader.text("a client id"),
  };
  if (hasWill) {
    const topic = reader.topic("a will on a topic", "will");
    // A copy: it outlives what was read.
    const payload = Buffer.from(reader.bytes());
    packet.will = { topic, payload, qos: willQos as QoS, retain: (flags & 0x20) !== 0 };
  }
  if (hasUser) packet.username = reader.text("a user name");
  if (hasPassword) packet.password = Buffer.from(reader.bytes());
  reader.finish();
  // [MQTT-3.1.3-8]; before 3.1.1 an empty one was not allowed at all.
  if (packet.clientId === "" && (!packet.clean || level === 3))
    throw new ConnectRefusal(
      "client-id",
      "an empty client id for a session that is to last",
      encodeConnack(BAD_CLIENT_ID),
    );
  return packet;
}

/** @returns 4 for MQTT 3.1.1, 3 for MQTT 3.1 */
function protocolLevel(reader: Reader): 3 | 4 {
  const name = reader.text("a protocol name");
  const level = reader.u8();
  if (name === "MQTT" && level === 4) return 4;
  if (name === "MQIsdp" && level === 3) return 3;
  // [MQTT-3.1.2-1]
  if (name !== "MQTT" && name !== "MQIsdp") malformed("a protocol name that is not MQTT");
  if (level === 5)
    throw new ConnectRefusal("protocol", "speaks MQTT 5, this broker speaks 3.1.1", REFUSED_MQTT5);
  // [MQTT-3.1.2-2]
  const message = `speaks ${name} of level ${level}, this broker speaks MQTT 3.1.1, level 4`;
  throw new ConnectRefusal("protocol", message, encodeConnack(BAD_PROTOCOL));
}

function malformed(what: string): never {
  throw new Refusal("malformed-packet", what);
}

/** @param sessionPresent only with code 0 [MQTT-3.2.2-4] */
export function encodeConnack(code: number, sessionPresent = false): Buffer {
  return Buffer.from([CONNACK << 4, 2, sessionPresent ? 1 : 0, code]);
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP or UNSUBACK. */
export function encodeAck(type: AckType | typeof UNSUBACK, id: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  // PUBREL alone has a flag [MQTT-3.6.1-1].
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

/** A packet whose fixed header is written, and where its body begins. */
function start(first: number, length: number): { out: Buffer; at: number } {
  const header = length < 128 ? 2 : length < 16_384 ? 3 : length < 2_097_152 ? 4 : 5;
  const out = Buffer.allocUnsafe(header + length);
  out[0] = first;
  // Seven bits a byte, the lowest first; the top bit says that more follow [MQTT 2.2.3].
  let at = 1;
  let rest = length;
  for (; rest > 127; rest >>= 7) out[at++] = (rest & 127) | 128;
  out[at++] = rest;
  return { out, at };
}
