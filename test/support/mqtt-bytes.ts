/**
 * Encodes MQTT 3.1.1 packets without a library: a library refuses to write packets that violate the
 * standard, and the code under test must not be tested with its own codec.
 */

/** One or more bytes of a packet. */
export type Part = Uint8Array | number[] | number;

export interface Will {
  topic: string | Uint8Array;
  payload?: string | Uint8Array;
  qos?: number;
  retain?: boolean;
}

export interface Connect {
  id?: string | Uint8Array;
  clean?: boolean;
  /** Keep-alive, s. */
  keepAlive?: number;
  will?: Will;
  user?: string | Uint8Array;
  password?: string | Uint8Array;
  /** Name of the protocol. `level` is its version. */
  name?: string;
  level?: number;
}

export interface Publish {
  qos?: number;
  dup?: boolean;
  retain?: boolean;
  /** Packet id, written at QoS 1 and 2. */
  id?: number;
}

// First bytes of packets whose only content is a packet id. The packets without content follow as a
// whole.
export const PUBACK = 0x40;
export const PUBREC = 0x50;
export const PUBREL = 0x62;
export const PUBCOMP = 0x70;
export const UNSUBACK = 0xb0;

export const PINGREQ = Buffer.from([0xc0, 0]);
export const PINGRESP = Buffer.from([0xd0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);

/**
 * Builds a packet from its first byte and the given parts, and computes its remaining length [MQTT
 * 2.2.3].
 */
export function packet(first: number, ...parts: Part[]): Buffer {
  const body = join(parts);
  const length = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  return join([first, length, body]);
}

/**
 * Encodes a string with its length in front [MQTT 1.5.3]. `value` may also be bytes, which need not
 * be valid UTF-8.
 */
export function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return join([u16(bytes.length), bytes]);
}

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

export function join(parts: Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(part))),
  );
}

export function connect(options: Connect = {}): Buffer {
  const { id = "", clean = true, keepAlive = 0, will, user, password } = options;
  const flags =
    (clean ? 0x02 : 0) |
    (will ? 0x04 | ((will.qos ?? 0) << 3) | (will.retain ? 0x20 : 0) : 0) |
    (password === undefined ? 0 : 0x40) |
    (user === undefined ? 0 : 0x80);
  const fields = [id];
  if (will) fields.push(will.topic, will.payload ?? "");
  if (user !== undefined) fields.push(user);
  if (password !== undefined) fields.push(password);
  const head = [text(options.name ?? "MQTT"), options.level ?? 4, flags, u16(keepAlive)];
  return packet(0x10, ...head, ...fields.map(text));
}

export function connack(code = 0, sessionPresent = false): Buffer {
  return packet(0x20, sessionPresent ? 1 : 0, code);
}

export function publish(
  topic: string | Uint8Array,
  payload: string | Uint8Array = "",
  { qos = 0, dup = false, retain = false, id = 1 }: Publish = {},
): Buffer {
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
  return packet(first, text(topic), qos > 0 ? u16(id) : [], Buffer.from(payload as string));
}

/** Builds a PUBACK, or another packet whose only content is a packet id. */
export function ack(first: number, id: number): Buffer {
  return packet(first, u16(id));
}

export function subscribe(id: number, ...filters: [string | Uint8Array, number][]): Buffer {
  return packet(0x82, u16(id), ...filters.flatMap(([filter, qos]) => [text(filter), qos]));
}

export function suback(id: number, ...codes: number[]): Buffer {
  return packet(0x90, u16(id), codes);
}

export function unsubscribe(id: number, ...filters: (string | Uint8Array)[]): Buffer {
  return packet(0xa2, u16(id), ...filters.map(text));
}

/** Returns a packet in hexadecimal for error messages. Long packets are truncated. */
export function hex(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes.subarray(0, 64))
    .toString("hex")
    .replace(/..(?=.)/g, "$& ");
  return bytes.length > 64 ? `${digits} ... (${bytes.length} bytes)` : digits;
}
