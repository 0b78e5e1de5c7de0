/**
 * Splits a stream into packets, however TCP has fragmented it. The body is collected in one buffer,
 * which is allocated at the start; received chunks are read by offset and never sliced or joined,
 * so a burst needs no memory beyond the chunk itself.
 */
import { copyBytes, readU16 } from "./bytes";
import { CONNACK, PUBLISH, PUBREL, REFUSED, SUBACK } from "./packet";

// The decoder's modes: the meaning of the next byte in the stream.
const FIRST_BYTE = 0;
const LENGTH = 1;
const BODY = 2;

const NOTHING = Buffer.alloc(0);

/**
 * Body length of each packet type that a broker may send. PUBLISH varies and is checked elsewhere.
 */
const LENGTHS = Buffer.from("ffff02ff02020202ff03ff02ff00ffff", "hex");

export class Decoder {
  /** Type and flags from the first byte of the packet that next() found. */
  type = 0;
  flags = 0;
  /** Packet id, or 0 if the packet has none. */
  id = 0;
  /** CONNACK: return code. SUBACK: granted QoS, or 0x80. */
  code = 0;
  /** CONNACK: the broker has kept the session [MQTT 3.2.2.2]. */
  sessionPresent = false;
  /** The packet's body, in the first `end` bytes; valid until the next call of next(). */
  readonly data: Buffer;
  end = 0;
  /** PUBLISH: offset of the payload; beyond `end` if even the topic exceeds the limit. */
  payloadAt = 0;
  /** Length of the body in the stream, in bytes; more than `end` if the body exceeds the limit. */
  total = 0;

  private buffer = NOTHING;
  private pos = 0;
  private mode = FIRST_BYTE;
  private shift = 0;
  private have = 0;

  /**
   * @param limit the longest body (remaining length) that is kept, in bytes; allocated here, once
   */
  constructor(limit: number) {
    this.data = Buffer.alloc(limit);
  }

  /** Called for a new connection: discards a packet that the end of the last connection cut off. */
  reset(): void {
    this.mode = FIRST_BYTE;
    this.push(NOTHING);
  }

  /** Takes a received chunk. Call next() until it returns false before the next push(). */
  push(chunk: Buffer): void {
    this.buffer = chunk;
    this.pos = 0;
  }

  /**
   * Reads one packet into the fields, or returns false if the chunk is used up.
   * @throws Error for a malformed packet: the caller must close the connection [MQTT-4.8.0-1]
   */
  next(): boolean {
    const { buffer, data } = this;
    for (;;) {
      const here = buffer.length - this.pos;
      if (this.mode === BODY) {
        const count = Math.min(this.total - this.have, here);
        // Bytes beyond the limit are counted but not kept.
        if (this.have < data.length)
          copyBytes(data, this.have, buffer, this.pos, Math.min(count, data.length - this.have));
        this.have += count;
        this.pos += count;
        if (this.have === this.total) {
          this.mode = FIRST_BYTE;
          this.end = Math.min(this.total, data.length);
          this.readBody();
          return true;
        }
      }
      if (this.pos === buffer.length) {
        // Releases the chunk, which may be large.
        this.push(NOTHING);
        return false;
      }
      const byte = buffer[this.pos++] as number;
      if (this.mode === FIRST_BYTE) {
        this.type = byte >> 4;
        this.flags = byte & 15;
        this.total = 0;
        this.shift = 0;
        this.have = 0;
        this.mode = LENGTH;
      } else {
        this.total |= (byte & 127) << this.shift;
        this.shift += 7;
        if (byte < 128) {
          this.checkHeader();
          this.mode = BODY;
        } else if (this.shift === 28) malformed("length"); // [MQTT 2.2.3]
      }
    }
  }

  private checkHeader(): void {
    const { type, flags } = this;
    let expected = 0;
    if (type === PUBLISH) {
      // QoS 3 does not exist, and QoS 0 is never sent again [MQTT-3.3.1-4, MQTT-3.3.1-2].
      if ((flags & 6) === 6) malformed("QoS");
      if ((flags & 14) === 8) malformed("DUP");
      return;
    }
    if (type === PUBREL) expected = 2;
    // Reserved flags are zero, except for PUBREL [MQTT-2.2.2-2].
    if (flags !== expected) malformed("flags");
    // This also rejects reserved types and types that only a client sends: no length equals their
    // entry in LENGTHS [MQTT 2.2.1].
    if (this.total !== LENGTHS[type]) malformed("type or length");
  }

  private readBody(): void {
    const { data, end, flags, type } = this;
    let idAt = 0;
    this.id = 0;
    if (type === PUBLISH) {
      const length = end < 3 ? 0 : readU16(data, 0);
      idAt = 2 + length;
      this.payloadAt = flags & 6 ? idAt + 2 : idAt;
      // A topic has at least one character [MQTT-4.7.3-1].
      if (length === 0) malformed("topic");
      if (this.payloadAt > this.total) malformed("topic");
      if (this.payloadAt === idAt) return;
    } else {
      this.code = data[end - 1] as number;
      if (type === CONNACK) {
        // CONNACK's only flag is "session present", and only an accepted client has a session
        // [MQTT-3.2.2-4].
        const first = data[0] as number;
        this.sessionPresent = first === 1;
        if (first > (this.code === 0 ? 1 : 0)) malformed("CONNACK");
        return;
      }
    }
    // If even the topic exceeds the limit, the id is unknown: 0.
    if (end < idAt + 2) return;
    this.id = readU16(data, idAt);
    if (this.id === 0) malformed("packet id"); // [MQTT-2.3.1-1]
    // SUBACK grants QoS 0..2, or refuses [MQTT-3.9.3-2].
    if (type === SUBACK) if (this.code > 2) if (this.code !== REFUSED) malformed("SUBACK");
  }
}

function malformed(what: string): void {
  throw new Error("malformed packet: " + what);
}
