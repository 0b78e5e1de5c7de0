import { beforeEach, describe, expect, it } from "vitest";
import {
  decodeFrame,
  encodeFrame,
  FRAME_COMMAND,
  type Packet,
} from "../../server/tab/jacdac-frame";
import { Parts } from "../../server/tab/parts";

const DEVICE = "0123456789abcdef";
/** By jacdac-ts 1.33.7. */
const JACDAC_TS_REPORT = "b0a908000123456789abcdef0401011101020304";
const JACDAC_TS_COMMAND = "85f406030123456789abcdef02020120ffff";
const OTHER = "fedcba9876543210";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("a Jacdac frame", () => {
  it("is what jacdac-ts makes of the same packet", () => {
    const packet = { index: 1, command: 0x1101, data: Uint8Array.of(1, 2, 3, 4) };
    expect(hex(encodeFrame(DEVICE, packet))).toBe(JACDAC_TS_REPORT);
  });

  it("of a command that wants an acknowledgement is read, as jacdac-ts makes it", () => {
    const frame = decodeFrame(Buffer.from(JACDAC_TS_COMMAND, "hex"));
    expect(frame).toMatchObject({ deviceId: DEVICE, isCommand: true, isForClass: false });
    expect(frame.packets).toEqual([{ index: 2, command: 0x2001, data: Buffer.from([255, 255]) }]);
    expect(frame.ack).toMatchObject({
      index: 0x3f,
      command: Buffer.from(JACDAC_TS_COMMAND, "hex").readUInt16LE(0),
    });
  });
});

describe("light sensor and lamp", () => {
  let sent: Uint8Array[];
  let brightness: number[];
  let parts: Parts;

  beforeEach(() => {
    sent = [];
    brightness = [];
    parts = new Parts(
      DEVICE,
      1023,
      (frame) => sent.push(frame),
      (value) => brightness.push(value),
    );
  });

  const reports = () => sent.splice(0).flatMap((frame) => decodeFrame(frame).packets);
  const command = (packet: Packet, device = DEVICE, flags = FRAME_COMMAND) =>
    parts.take(encodeFrame(device, packet, flags));
  const get = (index: number, register: number) => {
    command({ index, command: 0x1000 | register, data: new Uint8Array() });
    return reports().map(({ data }) => hex(data));
  };

  it("say twice a second what they are", () => {
    parts.tick(0);
    const [services] = reports();
    expect(services).toMatchObject({ index: 0, command: 0 });
    // Flags, then the classes of light level and light bulb, low byte first.
    expect(hex(services?.data ?? new Uint8Array())).toBe("0f0100001c9adc174c05ab1c");
    for (let ms = 10; ms < 500; ms += 10) parts.tick(ms);
    expect(reports().filter(({ index }) => index === 0)).toEqual([]);
    parts.tick(500);
    expect(reports().filter(({ index }) => index === 0)).toHaveLength(1);
  });

  it("stream what the sensor reads, as many samples as they are asked for", () => {
    command({ index: 1, command: 0x2003, data: Uint8Array.of(2) });
    parts.lightRaw = 512;
    for (let ms = 0; ms < 490; ms += 10) parts.tick(ms);
    const samples = reports().filter(({ index }) => index === 1);
    expect(samples.map(({ data }) => hex(data))).toEqual(["2080", "2080"]);
  });

  it("answer for their registers, and not for what they have not", () => {
    expect(get(1, 0x101)).toEqual(["ffff"]);
    expect(get(1, 0x003)).toEqual(["ff"]);
    expect(get(1, 0x004)).toEqual(["14000000"]);
    expect(get(2, 0x180)).toEqual(["01"]);
    expect(get(2, 0x001)).toEqual(["0000"]);
    expect([...get(1, 0x106), ...get(2, 0x101), ...get(7, 0x101)]).toEqual([]);
  });

  it("light the lamp as they are told, acknowledge it, and remember", () => {
    parts.take(Buffer.from(JACDAC_TS_COMMAND, "hex"));
    expect(reports()).toMatchObject([{ index: 0x3f }]);
    expect(brightness).toEqual([1]);
    expect(get(2, 0x001)).toEqual(["ffff"]);
  });

  it("leave alone what is for others", () => {
    const dark = { index: 2, command: 0x2001, data: Uint8Array.of(0, 0) };
    command(dark, OTHER);
    command(dark, DEVICE, 0);
    command(dark, DEVICE, FRAME_COMMAND | 0x04);
    expect(brightness).toEqual([]);
    expect(sent).toEqual([]);
  });
});
