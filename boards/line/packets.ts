/** Jacdac packets in their frames (jacdac-spec, protocol.md). Pure. */
import { frameCrc, HEADER_BYTES, PACKET_HEADER_BYTES, PACKETS_MAX_BYTES } from "./framing";

/** Frame flag: the frame is for the named device, not from it. */
export const COMMAND_FLAG = 1;
const ACK_REQUESTED = 2;
/** Frame flag: the name is a service class, so the frame is for all devices with such a service. */
export const TO_SERVICE_CLASS = 4;

/** The service index of the device itself. */
const CONTROL_INDEX = 0;
const ACK_INDEX = 0x3f;
const INDEX_MASK = 0x3f;
const [BRIDGE_CLASS, BRIDGE_INDEX] = [0x18f61a4a, 0x3f];

/** A device's 8 bytes as 16 hexadecimal digits. */
export type DeviceId = string;

/** A packet: a report of a device, or a command to it. */
export interface JacdacPacket {
  device: DeviceId;
  service: number;
  command: number;
  payload: Uint8Array;
}

/**
 * @param isAcknowledged whether to request an acknowledgement of the frame
 * @throws RangeError if the payload is longer than a frame can carry
 */
export function makeCommand(
  device: DeviceId,
  service: number,
  command: number,
  payload: Uint8Array,
  isAcknowledged: boolean,
): Uint8Array {
  const flags = isAcknowledged ? COMMAND_FLAG | ACK_REQUESTED : COMMAND_FLAG;
  return makeFrame({ device, service, command, payload }, flags);
}

/** Commands to the board's end of the serial line (jacdac-spec, services/usbbridge.md). */
export const BRIDGE = { enablePackets: 0x81, enableLog: 0x83 } as const;

export function makeBridgeCommand(command: number): Uint8Array {
  const id = [0, 8, 16, 24].map((shift) => (BRIDGE_CLASS >>> shift) & 0xff);
  const flags = COMMAND_FLAG | TO_SERVICE_CLASS;
  return seal([...id, 0, 0, 0, 0], flags, BRIDGE_INDEX, command, new Uint8Array());
}

/** @throws RangeError if the payload is longer than a frame can carry */
export function makeFrame(
  { device, service, command, payload }: JacdacPacket,
  flags = 0,
): Uint8Array {
  const id = device.match(/../g)?.map((digits) => parseInt(digits, 16)) ?? [];
  return seal(id, flags, service, command, payload);
}

/** @returns the acknowledgement that the frame requests; its command is the CRC of the frame */
export function acknowledgement(frame: Uint8Array, device: DeviceId): Uint8Array | undefined {
  const [low = 0, high = 0, , flags = 0] = frame;
  if (!(flags & ACK_REQUESTED)) return undefined;
  const command = low | (high << 8);
  return makeFrame({ device, service: ACK_INDEX, command, payload: new Uint8Array() });
}

function seal(
  id: number[],
  flags: number,
  service: number,
  command: number,
  payload: Uint8Array,
): Uint8Array {
  const size = (PACKET_HEADER_BYTES + payload.length + 3) & ~3;
  if (size > PACKETS_MAX_BYTES) {
    const maxBytes = PACKETS_MAX_BYTES - PACKET_HEADER_BYTES;
    throw new RangeError(`expected a payload of at most ${maxBytes} bytes, got ${payload.length}`);
  }
  const frame = new Uint8Array(HEADER_BYTES + size);
  frame.set([0, 0, size, flags, ...id]);
  frame.set([payload.length, service, command & 0xff, command >> 8, ...payload], HEADER_BYTES);
  const crc = frameCrc(frame);
  frame.set([crc & 0xff, crc >> 8]);
  return frame;
}

/** The reports in a whole frame; none if the frame is a command. */
export function reportsOf(frame: Uint8Array): JacdacPacket[] {
  return (frame[3] ?? 0) & COMMAND_FLAG ? [] : packetsOf(frame);
}

/** The packets in a whole frame: reports or commands. */
export function packetsOf(frame: Uint8Array): JacdacPacket[] {
  const device = [...frame.subarray(4, HEADER_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const packets: JacdacPacket[] = [];
  let at = HEADER_BYTES;
  while (at + PACKET_HEADER_BYTES <= frame.length) {
    const [length = 0, service = 0, low = 0, high = 0] = frame.subarray(at);
    const end = at + PACKET_HEADER_BYTES + length;
    if (end > frame.length) break;
    const payload = frame.slice(at + PACKET_HEADER_BYTES, end);
    packets.push({ device, service: service & INDEX_MASK, command: low | (high << 8), payload });
    at = (end + 3) & ~3;
  }
  return packets;
}

/** Whether a report acknowledges this frame. */
export function acknowledges(report: JacdacPacket, device: DeviceId, frame: Uint8Array): boolean {
  const [low = 0, high = 0] = frame;
  return (
    report.device === device &&
    report.service === ACK_INDEX &&
    report.command === (low | (high << 8))
  );
}

/**
 * @returns the classes of the services that the report announces, by service index; undefined for
 * any other report
 */
export function announcedServices({
  service,
  command,
  payload,
}: JacdacPacket): number[] | undefined {
  if (service !== CONTROL_INDEX || command !== 0 || payload.length < 4) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const count = Math.floor(payload.length / 4);
  // The first word holds flags. It stands for the control service, whose class is 0.
  return Array.from({ length: count }, (_, i) => (i === 0 ? 0 : view.getUint32(4 * i, true)));
}
