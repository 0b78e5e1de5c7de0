import { expect, it } from "vitest";
import { frameCrc } from "../../../boards/line/framing";
import { announcedServices, makeCommand, reportsOf } from "../../../boards/line/packets";
import { Packet } from "../../../server/simulator/jacdac";

const DEVICE = "0123456789abcdef";

it("frames on a board's line can be read by jacdac-ts", () => {
  const payload = Uint8Array.of(73, 68, 0, 254);
  const frame = makeCommand(DEVICE, 3, 0x81, payload, true);
  const packet = Packet.fromBinary(frame);
  expect(packet).toMatchObject({
    isCommand: true,
    requiresAck: true,
    deviceIdentifier: DEVICE,
    serviceIndex: 3,
    serviceCommand: 0x81,
  });
  expect([...packet.data]).toEqual([...payload]);
  expect(packet.crc).toBe(frameCrc(frame));
});

it("frames made by jacdac-ts can be read on a board's line", () => {
  const packet = Packet.from(0, Uint8Array.of(1, 2, 0, 0, 0x4a, 0xdc, 0x07, 0x11));
  packet.deviceIdentifier = DEVICE;
  const [report] = reportsOf(packet.toBuffer());
  expect(report && announcedServices(report)).toEqual([0, 0x1107dc4a]);
});
