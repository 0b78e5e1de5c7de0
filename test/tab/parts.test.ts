import { beforeEach, describe, expect, it } from "vitest";
import {
  acknowledgement,
  COMMAND_FLAG,
  type JacdacPacket,
  makeFrame,
  packetsOf,
  TO_SERVICE_CLASS,
} from "../../boards/line/packets";
import { TabParts } from "../../server/tab/parts";

const DEVICE = "0123456789abcdef";
/** Packets that jacdac-ts 1.33.7 has encoded. */
const JACDAC_TS_REPORT = "b0a908000123456789abcdef0401011101020304";
const JACDAC_TS_COMMAND = "85f406030123456789abcdef02020120ffff";
const OTHER = "fedcba9876543210";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("a Jacdac frame", () => {
  it("equals the frame of jacdac-ts for the same packet", () => {
    const packet = { device: DEVICE, service: 1, command: 0x1101 };
    const frame = makeFrame({ ...packet, payload: Uint8Array.of(1, 2, 3, 4) });
    expect(hex(frame)).toBe(JACDAC_TS_REPORT);
  });

  it("of a command that wants an acknowledgement is read, as jacdac-ts encodes it", () => {
    const frame = Buffer.from(JACDAC_TS_COMMAND, "hex");
    const payload = Buffer.from([255, 255]);
    expect(packetsOf(frame)).toEqual([{ device: DEVICE, service: 2, command: 0x2001, payload }]);
    expect(packetsOf(acknowledgement(frame, DEVICE) ?? frame)).toMatchObject([
      { device: DEVICE, service: 0x3f, command: frame.readUInt16LE(0) },
    ]);
  });
});

describe("light sensor and lamp", () => {
  let sent: Uint8Array[];
  let brightness: number[];
  let parts: TabParts;

  beforeEach(() => {
    sent = [];
    brightness = [];
    parts = new TabParts(
      DEVICE,
      1023,
      (frame) => sent.push(frame),
      (value) => brightness.push(value),
    );
  });

  const reports = () => sent.splice(0).flatMap(packetsOf);
  const command = (packet: Omit<JacdacPacket, "device">, device = DEVICE, flags = COMMAND_FLAG) =>
    parts.take(makeFrame({ ...packet, device }, flags));
  const get = (service: number, register: number) => {
    command({ service, command: 0x1000 | register, payload: new Uint8Array() });
    return reports().map(({ payload }) => hex(payload));
  };

  it("announce themselves twice a second", () => {
    parts.tick(0);
    const [services] = reports();
    expect(services).toMatchObject({ service: 0, command: 0 });
    // The announcement contains flags, then the service classes of light level and light bulb, low
    // byte first.
    expect(hex(services?.payload ?? new Uint8Array())).toBe("0f0100001c9adc174c05ab1c");
    for (let ms = 10; ms < 500; ms += 10) parts.tick(ms);
    expect(reports().filter(({ service }) => service === 0)).toEqual([]);
    parts.tick(500);
    expect(reports().filter(({ service }) => service === 0)).toHaveLength(1);
  });

  it("stream as many samples of the sensor as requested", () => {
    command({ service: 1, command: 0x2003, payload: Uint8Array.of(2) });
    parts.lightRaw = 512;
    for (let ms = 0; ms < 490; ms += 10) parts.tick(ms);
    const samples = reports().filter(({ service }) => service === 1);
    expect(samples.map(({ payload }) => hex(payload))).toEqual(["2080", "2080"]);
  });

  it("answer for their registers, and not for others", () => {
    expect(get(1, 0x101)).toEqual(["ffff"]);
    expect(get(1, 0x003)).toEqual(["ff"]);
    expect(get(1, 0x004)).toEqual(["14000000"]);
    expect(get(2, 0x180)).toEqual(["01"]);
    expect(get(2, 0x001)).toEqual(["0000"]);
    expect([...get(1, 0x106), ...get(2, 0x101), ...get(7, 0x101)]).toEqual([]);
  });

  it("obey and acknowledge commands to the lamp, and keep its state", () => {
    parts.take(Buffer.from(JACDAC_TS_COMMAND, "hex"));
    expect(reports()).toMatchObject([{ service: 0x3f }]);
    expect(brightness).toEqual([1]);
    expect(get(2, 0x001)).toEqual(["ffff"]);
  });

  it("ignore frames for other devices", () => {
    const dark = { service: 2, command: 0x2001, payload: Uint8Array.of(0, 0) };
    command(dark, OTHER);
    command(dark, DEVICE, 0);
    command(dark, DEVICE, COMMAND_FLAG | TO_SERVICE_CLASS);
    expect(brightness).toEqual([]);
    expect(sent).toEqual([]);
  });
});
