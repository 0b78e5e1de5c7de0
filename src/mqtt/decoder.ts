/**
 * Packets out of a stream, however TCP has cut it. A packet's body is collected in one buffer that
 * was allocated at the start; what arrives is read by offset and never sliced or put together, so
 * a burst costs no memory beyond the chunk itself.
 */
import { copyBytes, readU16 } from "./bytes";
import {
  CONNACK,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREL,
  REFUSED,
  SUBACK,
  UNSUBACK,
} from "./packet";

// What the next byte of the stream is.
const FIRST_BYTE = 0;
const LENGTH = 1;
const BODY = 2;

const NOTHING = Buffer.alloc(0);

export class Decoder {
  /** The packet that next() found: type and flags of its first byte. */
  type = 0;
  flags = 0;
  /** Packet id, or 0 where the packet has none. */
  id = 0;
  /** CONNACK: return code. SUBACK: granted QoS, or 0x80. */
  code = 0;
  /** CONNACK: the broker has kept the session [MQTT 3.2.2.2]. */
  sessionPresent = false;
  /** Its body, in the first `end` bytes, valid until the next call of next(). */
  readonly body: Buffer;
  end = 0;
  /** PUBLISH: where the payload begins; beyond `end` where even the topic is over the limit. */
  payloadAt = 0;
  /** Length of the body in the stream, in bytes; more than `end` where it is over the limit. */
  total = 0;

  private chunk = NOTHING;
  private pos = 0;
  private stage = FIRST_BYTE;
  private shift = 0;
  private have = 0;

  /** @param limit the longest body (remaining length) kept, in bytes; allocated here, once */
  constructor(limit: number) {
    this.body = Buffer.alloc(limit);
  }

  /** A new connection: forgets whatever was cut off by the end of the last. */
  reset(): void {
    this.stage = FIRST_BYTE;
    this.push(NOTHING);
  }

  /** Takes what has arrived. Call next() until it is false before the next push(). */
  push(chunk: Buffer): void {
    this.chunk = chunk;
    this.pos = 0;
  }

  /**
   * Reads one packet into the fields, or returns false when the chunk is used up.
   * @throws Error at a malformed packet: the connection is to be closed [MQTT-4.8.0-1]
   */
  next(): boolean {
    const { chunk, body } = this;
    for (;;) {
      const here = chunk.length - this.pos;
      if (this.stage === BODY) {
        const count = Math.min(this.total - this.have, here);
        // What goes beyond the limit is counted, not kept.
        if (this.have < body.length)
          copyBytes(body, this.have, chunk, this.pos, Math.min(count, body.length - this.have));
        this.have += count;
        this.pos += count;
        if (this.have === this.total) {
          this.stage = FIRST_BYTE;
          this.end = Math.min(this.total, body.length);
          this.readBody();
          return true;
        }
      }
      if (this.pos === chunk.length) {
        // Held no longer than needed: it may be large.
        this.push(NOTHING);
        return false;
      }
      const byte = chunk[this.pos++] as number;
      if (this.stage === FIRST_BYTE) {
        this.type = byte >> 4;
        this.flags = byte & 15;
        this.total = 0;
        this.shift = 0;
        this.have = 0;
        this.stage = LENGTH;
      } else {
        this.total |= (byte & 127) << this.shift;
        this.shift += 7;
        if (byte < 128) {
          this.checkHeader();
          this.stage = BODY;
        } else if (this.shift === 28) malformed("length"); // [MQTT 2.2.3]
      }
    }
  }

  private checkHeader(): void {
    const { type, flags } = this;
    if (type === PUBLISH) {
      // QoS 3 does not exist, and QoS 0 is never sent again [MQTT-3.3.1-4, MQTT-3.3.1-2].
      if ((flags & 6) === 6 || (flags & 14) === 8) malformed("flags");
      return;
    }
    // What is left is reserved, or only a client may send it [MQTT 2.2.1].
    let length = -1;
    if (type === CONNACK || type === UNSUBACK || (type >= PUBACK && type <= PUBCOMP)) length = 2;
    // One filter is asked for at a time, so there is one return code.
    if (type === SUBACK) length = 3;
    if (type === PINGRESP) length = 0;
    // Reserved flags are zero, but for PUBREL [MQTT-2.2.2-2].
    if (this.total !== length || flags !== (type === PUBREL ? 2 : 0)) malformed("header");
  }

  private readBody(): void {
    const { body, end, flags, type } = this;
    this.id = 0;
    if (type === PUBLISH) {
      // A topic has at least one character [MQTT-4.7.3-1].
      const length = end < 3 ? 0 : readU16(body, 0);
      this.payloadAt = 2 + length + (flags & 6 ? 2 : 0);
      if (length === 0 || this.payloadAt > this.total) malformed("topic");
      // Where even the topic goes beyond the limit, the id is not known: 0.
      if (flags & 6 && this.payloadAt <= end) this.readId(this.payloadAt - 2);
    } else if (type === CONNACK) {
      this.code = body[1] as number;
      this.sessionPresent = body[0] === 1;
      // The only flag is the session's, and only an accepted client has one [MQTT-3.2.2-4].
      if ((body[0] as number) > (this.code === 0 ? 1 : 0)) malformed("CONNACK");
    } else if (end > 0) {
      this.readId(0);
      this.code = end > 2 ? (body[2] as number) : 0;
      // [MQTT-3.9.3-2]
      if (this.code > 2 && this.code !== REFUSED) malformed("SUBACK");
    }
  }

  private readId(at: number): void {
    this.id = readU16(this.body, at);
    if (this.id === 0) malformed("packet id"); // [MQTT-2.3.1-1]
  }
}

function malformed(what: string): void {
  throw new Error("malformed packet: " + what);
}
