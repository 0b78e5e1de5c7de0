import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  binary,
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
import { until } from "../../../support/until";

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(" ", ""), "hex");

describe("the coprocessor's model follows the chip's protocol", () => {
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

  it("drops corrupt frames, and receives nothing more after an impossible length", () => {
    const reader = new FrameReader();
    expect(reader.push(hex("0800 7da7 00010101 01000000"))).toEqual([]);
    expect(reader.badFrames).toBe(1);
    expect(reader.push(hex("0800 7da6 00010101 01000000"))).toHaveLength(1);
    expect(reader.push(hex("0110 0000"))).toEqual([]);
    expect(reader.push(hex("0800 7da6 00010101 01000000"))).toEqual([]);
    expect(reader.deaf).toBe(true);
  });

  it("receives nothing while its power is off, and sends events before its replies", async () => {
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

  describe("blocks in connect, whatever fcntl has set", () => {
    const DONTWAIT = 8;
    let replies: Buffer[];
    let coprocessor: Coprocessor;
    let server: Server;
    let sequence: number;

    const call = (functionId: number, ...args: Buffer[]): void => {
      sequence += 1;
      coprocessor.receive(toFrame(writeMessage(0, 16, functionId, sequence, Buffer.concat(args))));
    };
    const connect = (port: number): void => {
      const address = Buffer.from([
        16,
        2,
        port >> 8,
        port & 0xff,
        127,
        0,
        0,
        1,
        ...Buffer.alloc(8),
      ]);
      call(18, i32(2), i32(1), i32(6));
      call(23, i32(0), i32(4), i32(1)); // F_SETFL, O_NONBLOCK
      call(9, i32(0), binary(address), u32(16));
    };
    /** Returns the i32 at the end of the reply to request `number`. */
    const untilResult = async (number: number): Promise<number> => {
      const find = (): Buffer | undefined =>
        replies.find((reply) => reply[0] === 2 && reply.readUInt32LE(4) === number);
      await until(`reply ${number}`, () => find() !== undefined);
      return find()?.subarray(-4).readInt32LE() ?? NaN;
    };

    beforeEach(async () => {
      replies = [];
      sequence = 0;
      const reader = new FrameReader();
      coprocessor = new Coprocessor({ ssid: "x" }, (bytes) => replies.push(...reader.push(bytes)));
      coprocessor.setPower(true);
      coprocessor.receive(toFrame(writeMessage(0, 14, 27, 1001, u32(1))));
      const join = [text("x"), Buffer.from([1]), u32(0), i32(-1), u32(0)];
      coprocessor.receive(toFrame(writeMessage(0, 14, 1, 1002, Buffer.concat(join))));
      expect(await untilResult(1002)).toBe(0);
      server = createServer((socket) => socket.on("error", () => undefined));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    afterEach(async () => {
      coprocessor.setPower(false);
      await new Promise((resolve) => server.close(resolve));
    });
    const port = (): number => (server.address() as AddressInfo).port;

    it("and answers when the connection is open", async () => {
      connect(port());
      expect([await untilResult(1), await untilResult(2), await untilResult(3)]).toEqual([0, 0, 0]);
      call(12, i32(0), u32(100), i32(DONTWAIT), u32(0));
      expect(await untilResult(4)).toBe(-1);
      call(24);
      expect(await untilResult(5)).toBe(11); // EAGAIN: no data yet
    });

    it.each([104, 111])("and answers -1 with errno %i if it is refused", async (refusal) => {
      coprocessor.sockets.refusal = refusal;
      const closed = port();
      await new Promise((resolve) => server.close(resolve));
      connect(closed);
      call(24);
      expect([await untilResult(3), await untilResult(4)]).toEqual([-1, refusal]);
      server.listen(0, "127.0.0.1");
      await until("a server again", () => server.listening);
    });

    it("and answers three seconds later, and no other call before, if a SYN is lost", async () => {
      coprocessor.sockets.synsToLose = 1;
      const beganMs = performance.now();
      connect(port());
      coprocessor.receive(toFrame(writeMessage(0, 1, 1, 4, Buffer.alloc(0))));
      expect(await untilResult(3)).toBe(0);
      expect(performance.now() - beganMs).toBeGreaterThan(2900);
      await untilResult(4);
      const order = replies.filter((reply) => reply[0] === 2).map((reply) => reply.readUInt32LE(4));
      expect(order).toEqual([1001, 1002, 1, 2, 3, 4]);
    });

    it("until the power is cut, if the host is down", async () => {
      coprocessor.sockets.synsToLose = Infinity;
      connect(port());
      await until("the connect waits", () => coprocessor.waits.isWaiting);
      coprocessor.setPower(false);
      coprocessor.setPower(true);
      coprocessor.receive(toFrame(writeMessage(0, 1, 1, 5, Buffer.alloc(0))));
      await until("its version", () => replies.some((reply) => reply.readUInt32LE(4) === 5));
      expect(replies.some((reply) => reply.readUInt32LE(4) === 3)).toBe(false);
    });
  });
});
