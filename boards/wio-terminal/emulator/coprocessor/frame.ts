/** The coprocessor's framing of eRPC messages in a byte stream: u16 length, u16 CRC, message. */

const MESSAGE_MAX_BYTES = 4096;
const HEADER_BYTES = 4;

/** CRC-16 with polynomial 0x1021, initial value 0xef4a, most significant bit first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xef4a;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}

export function toFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + message.length);
  frame.writeUInt16LE(message.length, 0);
  frame.writeUInt16LE(crc16(message), 2);
  frame.set(message, HEADER_BYTES);
  return frame;
}

/**
 * Splits a byte stream into messages. As on the chip, a message with a wrong CRC is dropped. An
 * impossible length is fatal: all later bytes are read as headers until the power is cut.
 */
export class FrameReader {
  private pending = Buffer.alloc(0);
  badFrames = 0;
  deaf = false;

  push(bytes: Uint8Array): Buffer[] {
    if (this.deaf) return [];
    this.pending = Buffer.concat([this.pending, bytes]);
    const messages: Buffer[] = [];
    while (this.pending.length >= HEADER_BYTES) {
      const length = this.pending.readUInt16LE(0);
      if (length > MESSAGE_MAX_BYTES) {
        this.deaf = true;
        break;
      }
      if (this.pending.length < HEADER_BYTES + length) break;
      const message = this.pending.subarray(HEADER_BYTES, HEADER_BYTES + length);
      if (crc16(message) === this.pending.readUInt16LE(2)) messages.push(Buffer.from(message));
      else this.badFrames++;
      this.pending = this.pending.subarray(HEADER_BYTES + length);
    }
    return messages;
  }
}
