import { describe, expect, it } from "vitest";
import { encodeFrame, frameCrc, LineDecoder } from "../../../boards/line/framing";
import {
  acknowledgement,
  acknowledges,
  announcedServices,
  BRIDGE,
  makeBridgeCommand,
  makeCommand,
  makeFrame,
  packetsOf,
  reportsOf,
} from "../../../boards/line/packets";
import { Decoder, encode } from "../../support/jdusb";
import { seededRandom } from "../../support/random";

const DEVICE = "0123456789abcdef";
const bytes = (length: number, random: () => number) =>
  Uint8Array.from({ length }, () => (random() < 0.2 ? 0xfe : Math.floor(256 * random())));

describe("frames on a board's serial line", () => {
  it("carry no more bytes than their size byte can express", () => {
    const frame = makeCommand(DEVICE, 3, 0x81, new Uint8Array(236), true);
    expect([frame.length, frame[2]]).toEqual([252, 240]);
    expect(() => makeCommand(DEVICE, 3, 0x81, new Uint8Array(237), true)).toThrow(
      "expected a payload of at most 236 bytes, got 237",
    );
  });

  it("reach the bridge in the same form as those of the DeviceScript tools", () => {
    const enable = makeBridgeCommand(BRIDGE.enablePackets);
    // These bytes were recorded from the tools.
    expect(Buffer.from(enable).toString("hex")).toBe("357004054a1af61800000000003f8100");
  });

  it("survive text and damage on the line, however it is split into chunks", () => {
    const random = seededRandom(3);
    const frames = Array.from({ length: 40 }, (_, i) =>
      makeCommand(DEVICE, i % 60, i, bytes(i * 5, random), false),
    );
    const lines = frames.map((_, i) => `line ${i} ü`);
    const pieces = frames.flatMap((frame, i) => [
      ...encodeFrame(frame),
      ...new TextEncoder().encode(`${lines[i] ?? ""}\r\n`),
      // Adds a frame with a wrong checksum, and in each third round a frame without an end.
      ...encode(frame.map((byte, at) => (at === 5 ? byte ^ 1 : byte))),
      ...(i % 3 === 0 ? [0xfe, 0xfc, 1, 2, 3] : []),
    ]);
    const heard: { frames: string[]; lines: string[] } = { frames: [], lines: [] };
    const decoder = new LineDecoder(
      (frame) => heard.frames.push(Buffer.from(frame).toString("hex")),
      (line) => heard.lines.push(line),
    );
    for (let at = 0; at < pieces.length;) {
      const length = 1 + Math.floor(40 * random());
      decoder.push(Uint8Array.from(pieces.slice(at, at + length)));
      at += length;
    }
    expect(heard.frames).toEqual(frames.map((frame) => Buffer.from(frame).toString("hex")));
    expect(heard.lines).toEqual(lines);
    expect(decoder.damaged).toBe(frames.length);
    // Checks the opposite direction with the tests' own decoder.
    const back: Buffer[] = [];
    const other = new Decoder((frame) => back.push(frame));
    frames.forEach((frame) => other.push(encodeFrame(frame)));
    expect(back.map((frame) => frame.toString("hex"))).toEqual(heard.frames);
  });

  it("are limited in length if they never end, and so are lines", () => {
    const lines: string[] = [];
    const decoder = new LineDecoder(
      () => undefined,
      (line) => lines.push(line),
    );
    decoder.push(new Uint8Array(5000).fill(0x61));
    expect(lines.map(({ length }) => length)).toEqual([1024, 1024, 1024, 1024]);
    decoder.push(Uint8Array.of(0xfe, 0xfc, ...new Uint8Array(5000), 0xfe, 0xfd));
    expect(decoder.damaged).toBe(1);
  });

  it("report the services of a device, and acknowledge a frame", () => {
    const payload = Uint8Array.of(1, 2, 0, 0, 0x4a, 0xdc, 0x07, 0x11);
    const [report] = reportsOf(makeFrame({ device: DEVICE, service: 0, command: 0, payload }));
    expect(report && announcedServices(report)).toEqual([0, 0x1107dc4a]);
    expect(report && announcedServices({ ...report, service: 1 })).toBeUndefined();
    const frame = makeCommand(DEVICE, 1, 0x81, new Uint8Array(), true);
    const [ack] = reportsOf(acknowledgement(frame, DEVICE) ?? new Uint8Array());
    expect(ack).toMatchObject({ device: DEVICE, service: 0x3f, command: frameCrc(frame) });
    expect(ack && acknowledges(ack, DEVICE, frame)).toBe(true);
    expect(ack && acknowledges({ ...ack, command: ack.command ^ 1 }, DEVICE, frame)).toBe(false);
    expect(reportsOf(frame)).toEqual([]);
    const unasked = makeCommand(DEVICE, 1, 0x81, new Uint8Array(), false);
    expect(acknowledgement(unasked, DEVICE)).toBeUndefined();
  });

  it("carry several packets, and none beyond the frame's end", () => {
    const payloads = [Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.of(6)];
    const [one, two] = payloads.map((payload, service) =>
      makeFrame({ device: DEVICE, service, command: 0x1181, payload }),
    );
    const both = Uint8Array.from([...(one ?? []), ...(two?.subarray(12) ?? [])]);
    expect(packetsOf(both)).toEqual(
      payloads.map((payload, service) => ({ device: DEVICE, service, command: 0x1181, payload })),
    );
    expect(packetsOf(both.subarray(0, -4))).toHaveLength(1);
  });
});
