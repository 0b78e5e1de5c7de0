/**
 * The packets of MQTT 3.1.1 that a lesson device receives, read without copying or allocating for
 * each packet: a load generator shares the processor with the program under load.
 */

/** Control packet types (section 2.2.1). */
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBACK = 9;

export type Qos = 0 | 1;

/** Writes a PUBACK (section 3.4) with the two bytes of packet id at `at` in `from`. */
export function writePuback(into: Buffer, offset: number, from: Buffer, at: number): number {
  into[offset] = PUBACK << 4;
  into[offset + 1] = 2;
  into[offset + 2] = from[at] ?? 0;
  into[offset + 3] = from[at + 1] ?? 0;
  return offset + PUBACK_BYTES;
}
export const PUBACK_BYTES = 4;

/** @param start start of the packet's content, after its header, in `bytes` */
export type OnPacket = (
  type: number,
  flags: number,
  bytes: Buffer,
  start: number,
  end: number,
) => void;

/** Splits the bytes from a socket into packets. */
export class PacketReader {
  private rest: Buffer | undefined;

  constructor(private readonly onPacket: OnPacket) {}

  /** @param chunk bytes from the socket; the caller may reuse the buffer after the call */
  push(chunk: Buffer): void {
    const bytes = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      let length = 0;
      let start = at + 1;
      let byte = 0x80;
      for (let factor = 1; byte & 0x80 && start < bytes.length; factor *= 128) {
        byte = bytes[start++] ?? 0;
        length += (byte & 0x7f) * factor;
      }
      const end = start + length;
      if (byte & 0x80 || end > bytes.length) break;
      const header = bytes[at] ?? 0;
      this.onPacket(header >> 4, header & 0x0f, bytes, start, end);
      at = end;
    }
    this.rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  }
}
