/** Jacdac packets in their frames (jacdac-spec, protocol.md). Pure. */
import { frameCrc, HEADER_BYTES, PACKET_HEADER_BYTES, PACKETS_MAX_BYTES } from "./framing";

/** Flags of a frame: it is for the device that is named, not from it. */
export const COMMAND = 1;
const ACK_REQUESTED = 2;
/** The name is a class of services: the frame is for all devices that have one. */
export const TO_SERVICE_CLASS = 4;

/** The service index of what is about the device itself. */
const CONTROL_INDEX = 0;
const ACK_INDEX = 0x3f;
const INDEX_MASK = 0x3f;

/** A device's 8 bytes as 16 hexadecimal digits. */
export type DeviceId = string;

/** What a device reports, or is told. */
export interface Report {
  device: DeviceId;
  service: number;
  command: number;
  payload: Uint8Array;
}

/**
 * @param isAcknowledged whether the device is to say that the frame came
 * @throws RangeError if the payload is longer than a frame can carry
 */
export function makeCommand(
  device: DeviceId,
  service: number,
  command: number,
  payload: Uint8Array,
  isAcknowledged: boolean,
): Uint8Array {
  const flags = isAcknowledged ? COMMAND | ACK_REQUESTED : COMMAND;
  return makeFrame({ device, service, command, payload }, flags);
}

/** A command to whoever has a service of this class. */
export function makeCommandToClass(serviceClass: number, service: number, command: number) {
  const id = [0, 8, 16, 24].map((shift) => (serviceClass >>> shift) & 0xff);
  return seal([...id, 0, 0, 0, 0], COMMAND | TO_SERVICE_CLASS, service, command, new Uint8Array());
}

/** @throws RangeError if the payload is longer than a frame can carry */
export function makeFrame({ device, service, command, payload }: Report, flags = 0): Uint8Array {
  const id = device.match(/../g)?.map((digits) => parseInt(digits, 16)) ?? [];
  return seal(id, flags, service, command, payload);
}

/** @returns the acknowledgement that the frame asks for: its command is the CRC of the frame */
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

/** The reports of a whole frame; none of a command. */
export function reportsOf(frame: Uint8Array): Report[] {
  return (frame[3] ?? 0) & COMMAND ? [] : packetsOf(frame);
}

/** What a whole frame carries, reports or commands. */
export function packetsOf(frame: Uint8Array): Report[] {
  const device = [...frame.subarray(4, HEADER_BYTES)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  const packets: Report[] = [];
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

/** Whether a report says that this frame came. */
export function acknowledges(report: Report, device: DeviceId, frame: Uint8Array): boolean {
  const [low = 0, high = 0] = frame;
  return (
    report.device === device &&
    report.service === ACK_INDEX &&
    report.command === (low | (high << 8))
  );
}

/** The classes of a device's services, by their index, if a report announces them. */
export function announced({ service, command, payload }: Report): number[] | undefined {
  if (service !== CONTROL_INDEX || command !== 0 || payload.length < 4) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const count = Math.floor(payload.length / 4);
  // In the first one's place stand flags; it is the control service, whose class is 0.
  return Array.from({ length: count }, (_, i) => (i === 0 ? 0 : view.getUint32(4 * i, true)));
}
