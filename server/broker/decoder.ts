import {
  CONNECT,
  DISCONNECT,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBSCRIBE,
} from "../../src/mqtt/packet";
import { Refusal } from "../base/rejections";
import { FieldReader, malformed } from "./field-reader";
import type { Packet } from "./packets";
import { parse } from "./parse";

/**
 * Flags in a packet's first byte, by packet type; -1 for types that no client sends [MQTT 2.2.1,
 * 2.2.2].
 */
const FLAGS: number[] = Array.from({ length: 16 }, () => -1);
for (const type of [CONNECT, PUBLISH, PUBACK, PUBREC, PUBCOMP, PINGREQ, DISCONNECT])
  FLAGS[type] = 0;
for (const type of [PUBREL, SUBSCRIBE, UNSUBSCRIBE]) FLAGS[type] = 2;

/**
 * The DUP flag. With MQTT 3.1 (section 2.1), it is set in a resent PUBREL, SUBSCRIBE or
 * UNSUBSCRIBE.
 */
const DUP = 8;

const NOTHING = Buffer.alloc(0);

/**
 * Splits a client's stream into packets, whatever the chunks in which TCP delivers it. Strict:
 * malformed packets are refused. No I/O, no clock.
 */
export class Decoder {
  private buffer: Buffer = NOTHING;
  private at = 0;
  /** Chunks received while a packet was incomplete. They are joined once the packet is complete. */
  private later: Buffer[] = [];
  private available = 0;
  private needed = 0;
  /**
   * Flags that the client may set although MQTT 3.1.1 fixes them: DUP for a client with MQTT 3.1.
   */
  private freeFlags = 0;

  /** @param maxBytes maximum length of a packet, without its fixed header */
  constructor(private readonly maxBytes: number) {}

  /** Whether more data was received than one packet may have, so that reading can pause. */
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
   * @returns the next packet, or undefined if that packet is not complete yet
   * @throws Refusal if the client must be disconnected [MQTT-4.8.0-1]
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
    checkFirstByte(first, this.freeFlags);
    let length = 0;
    let header = 1;
    for (let factor = 1; ; factor *= 128) {
      // The length has at most four bytes [MQTT 2.2.3].
      if (header > 4) malformed("a packet length of more than four bytes");
      if (header >= available) return this.wait(available + 1);
      const byte = buffer[at + header++] as number;
      length += (byte & 127) * factor;
      if (length > this.maxBytes)
        throw new Refusal(
          "packet-bytes",
          `expected a packet of at most ${this.maxBytes} bytes, got ${length} or more`,
        );
      if (byte < 128) break;
    }
    if (available < header + length) return this.wait(header + length);
    this.needed = 0;
    this.available -= header + length;
    this.at = at + header + length;
    const packet = parse(first, new FieldReader(buffer, at + header, this.at));
    if (packet.type === CONNECT && packet.level === 3) this.freeFlags = DUP;
    return packet;
  }

  private wait(needed: number): undefined {
    this.needed = needed;
    return undefined;
  }
}

function checkFirstByte(first: number, freeFlags: number): void {
  const type = first >> 4;
  const flags = FLAGS[type] as number;
  if (flags < 0) malformed(`a packet of type ${type}, which no client sends`);
  // Reserved flags must have their fixed values [MQTT-2.2.2-2]; for SUBSCRIBE, UNSUBSCRIBE and
  // PUBREL also [MQTT-3.8.1-1, 3.10.1-1, 3.6.1-1].
  const fixed = flags === 2 ? first & 15 & ~freeFlags : first & 15;
  if (type !== PUBLISH && fixed !== flags)
    malformed(`reserved flags ${first & 15} in a packet of type ${type}`);
}
