import { describe, expect, it } from "vitest";
import {
  i32,
  readCall,
  text,
  u32,
  writeMessage,
} from "../../../../boards/wio-terminal/emulator/coprocessor/codec";
import { Coprocessor } from "../../../../boards/wio-terminal/emulator/coprocessor/coprocessor";
import {
  crc16,
  FrameReader,
  toFrame,
} from "../../../../boards/wio-terminal/emulator/coprocessor/frame";
import { Sockets } from "../../../../boards/wio-terminal/emulator/coprocessor/sockets";
import { until } from "../../../support/until";

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(" ", ""), "hex");

describe("the coprocessor's model speaks as the chip does", () => {
  it("computes the CRC", () => {
    expect(crc16(Buffer.from("123456789"))).toBe(0x89ac);
    expect(crc16(Buffer.alloc(0))).toBe(0xef4a);
  });

  it("reads a known request and writes the known reply", () => {
    const [message] = new FrameReader().push(hex("0800 7da6 00010101 01000000"));
    const call = readCall(message ?? Buffer.alloc(0));
    expect(call).toMatchObject({ type: 0, serviceId: 1, functionId: 1, sequence: 1 });
    const reply = writeMessage(2, 1, 1, 1, text("2.1.3"));
    expect(toFrame(reply)).toEqual(hex("1100 93fe 02010101 01000000 05000000 322e312e33"));
  });

  it("reads the arguments of a known request", () => {
    const frame = hex(
      "2900 7829 00010e01 03000000 04000000 73736964 00 08000000 70617373776f7264" +
        "04004000 ffffffff 00000000",
    );
    const [message] = new FrameReader().push(frame);
    const { args } = readCall(message ?? Buffer.alloc(0));
    expect([args.text(), args.nullableText(), args.u32(), args.i32(), args.u32()]).toEqual([
      "ssid",
      "password",
      0x00400004,
      -1,
      0,
    ]);
    expect(args.rest).toBe(0);
  });

  it("drops what is corrupt, and goes deaf at an impossible length", () => {
    const reader = new FrameReader();
    expect(reader.push(hex("0800 7da7 00010101 01000000"))).toEqual([]);
    expect(reader.badFrames).toBe(1);
    expect(reader.push(hex("0800 7da6 00010101 01000000"))).toHaveLength(1);
    expect(reader.push(hex("0110 0000"))).toEqual([]);
    expect(reader.push(hex("0800 7da6 00010101 01000000"))).toEqual([]);
    expect(reader.deaf).toBe(true);
  });

  it("hears nothing while its power is off, and reports events before it answers", async () => {
    const frames: Buffer[] = [];
    const reader = new FrameReader();
    const coprocessor = new Coprocessor({ ssid: "x" }, (bytes) =>
      frames.push(...reader.push(bytes)),
    );
    const wifiOn = toFrame(writeMessage(0, 14, 27, 7, u32(1)));
    coprocessor.receive(wifiOn);
    coprocessor.setPower(true);
    coprocessor.receive(wifiOn);
    await until("an event and a reply", () => frames.length === 2);
    expect(frames.map((frame) => frame[0])).toEqual([1, 2]);
    expect(frames[1]).toEqual(writeMessage(2, 14, 27, 7, i32(0)));
    expect(coprocessor.calls).toEqual(["wifiOn"]);
  });

  it("never lets a board block it with a connect", () => {
    const sockets = new Sockets();
    const handle = sockets.create();
    expect(() => sockets.connect(handle, "127.0.0.1", 1)).toThrow("blocking socket");
  });
});
