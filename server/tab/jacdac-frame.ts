/** Jacdac's frames, in which the virtual machine speaks with its sensor and its lamp. Pure. */

/** jacdac.github.io/jacdac-docs/reference/protocol: two of CRC, size, flags, eight of device id. */
const HEADER_BYTES = 12;
const PACKET_HEADER_BYTES = 4;

/** The frame is for the device that is named, not from it. */
export const FRAME_COMMAND = 0x01;
const FRAME_ACK_REQUESTED = 0x02;
const FRAME_FOR_CLASS = 0x04;
/** An acknowledgement: its command is the CRC of the frame that it answers. */
const ACK_INDEX = 0x3f;
const INDEX_MASK = 0x3f;

export interface Packet {
  /** Which service of the device; 0 is the device itself. */
  index: number;
  command: number;
  data: Uint8Array;
}

export interface Frame {
  /** 16 hexadecimal digits. */
  deviceId: string;
  isCommand: boolean;
  /** The name is a class of services: the frame is for all devices that have one. */
  isForClass: boolean;
  /** The acknowledgement that the sender waits for. */
  ack: Packet | undefined;
  packets: Packet[];
}

export function encodeFrame(
  deviceId: string,
  { index, command, data }: Packet,
  flags = 0,
): Uint8Array {
  const size = PACKET_HEADER_BYTES + data.length;
  const frame = new Uint8Array(HEADER_BYTES + aligned(size));
  const view = new DataView(frame.buffer);
  frame[2] = aligned(size);
  frame[3] = flags;
  for (let at = 0; at < 8; at++)
    frame[4 + at] = Number.parseInt(deviceId.slice(2 * at, 2 * at + 2), 16);
  frame[HEADER_BYTES] = data.length;
  frame[HEADER_BYTES + 1] = index;
  view.setUint16(HEADER_BYTES + 2, command, true);
  frame.set(data, HEADER_BYTES + PACKET_HEADER_BYTES);
  view.setUint16(0, crc16(frame.subarray(2)), true);
  return frame;
}

/** @param frame one that the virtual machine has made: it is taken to be whole */
export function decodeFrame(frame: Uint8Array): Frame {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const flags = view.getUint8(3);
  const end = HEADER_BYTES + view.getUint8(2);
  const packets: Packet[] = [];
  for (let at = HEADER_BYTES; at + PACKET_HEADER_BYTES <= end;) {
    const size = view.getUint8(at);
    const start = at + PACKET_HEADER_BYTES;
    packets.push({
      index: view.getUint8(at + 1) & INDEX_MASK,
      command: view.getUint16(at + 2, true),
      data: frame.subarray(start, start + size),
    });
    at += aligned(PACKET_HEADER_BYTES + size);
  }
  const crc = view.getUint16(0, true);
  return {
    deviceId: [...frame.subarray(4, HEADER_BYTES)]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join(""),
    isCommand: (flags & FRAME_COMMAND) !== 0,
    isForClass: (flags & FRAME_FOR_CLASS) !== 0,
    ack:
      (flags & FRAME_ACK_REQUESTED) === 0
        ? undefined
        : { index: ACK_INDEX, command: crc, data: new Uint8Array() },
    packets,
  };
}

function aligned(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** CRC-16/CCITT-FALSE. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    let x = (crc >> 8) ^ byte;
    x ^= x >> 4;
    crc = ((crc << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xffff;
  }
  return crc;
}
