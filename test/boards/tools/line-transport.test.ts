import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SERVICE_CLASS } from "../../../boards/line/board";
import { encodeFrame, LineDecoder } from "../../../boards/line/framing";
import {
  acknowledgement,
  BRIDGE,
  COMMAND_FLAG,
  makeFrame,
  packetsOf,
  TO_SERVICE_CLASS,
} from "../../../boards/line/packets";
import { connectBus, LineTransport } from "../../../boards/tools/usb/line-transport";
import { DeviceScriptManagerReg, type JDBus } from "../../../server/simulator/jacdac";

const DEVICE = "12abdd2289421234";

/** The other end of the line: a board that sends what the test asks for. */
class ScriptedBoard {
  readonly lines: string[] = [];
  /** Commands to the bridge since the last call of `start`. */
  asked: number[] = [];
  readonly transport = new LineTransport(
    (bytes) => this.decoder.push(bytes),
    (line) => this.lines.push(line),
  );
  private readonly decoder = new LineDecoder(
    (frame) => this.take(frame),
    () => undefined,
  );

  send(frame: Uint8Array): void {
    this.transport.receive(encodeFrame(frame));
  }

  announce(): void {
    const payload = new Uint8Array(new Uint32Array([0x101, SERVICE_CLASS.manager]).buffer);
    this.send(makeFrame({ device: DEVICE, service: 0, command: 0, payload }));
  }

  private take(frame: Uint8Array): void {
    const flags = frame[3] ?? 0;
    if (flags & TO_SERVICE_CLASS) this.asked.push(...packetsOf(frame).map((to) => to.command));
    else if (flags & COMMAND_FLAG) {
      const answer = acknowledgement(frame, DEVICE);
      if (answer) this.send(answer);
    }
  }
}

describe("the serial line to a board, as a bus", () => {
  let board: ScriptedBoard;
  let bus: JDBus;
  let closings: number;

  beforeEach(async () => {
    vi.useFakeTimers();
    board = new ScriptedBoard();
    closings = 0;
    board.transport.on("disconnecting", () => closings++);
    bus = await connectBus(board.transport);
  });
  afterEach(async () => {
    await bus.stop();
    vi.useRealTimers();
  });

  const manager = () => bus.services({ serviceClass: SERVICE_CLASS.manager })[0];
  const acknowledged = async () => {
    const sent = manager()
      ?.register(DeviceScriptManagerReg.Running)
      .sendSetBoolAsync(true, true)
      .then(() => true);
    await vi.advanceTimersByTimeAsync(1_000);
    return await sent;
  };

  it("stays open if a board sends its first frame late", async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    board.announce();
    expect(await acknowledged()).toBe(true);
    expect(closings).toBe(0);
  });

  it("stays open while a board is silent, as during an erase of flash", async () => {
    board.announce();
    expect(await acknowledged()).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    board.announce();
    expect(await acknowledged()).toBe(true);
    expect(closings).toBe(0);
  });

  it("asks a board for frames until it sends some, and again if it is silent", async () => {
    const both = [BRIDGE.enablePackets, BRIDGE.enableLog];
    expect(board.asked).toEqual(both);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(board.asked).toEqual([...both, ...both, ...both]);
    expect(board.transport.hasFrames).toBe(false);
    board.asked = [];
    for (let i = 0; i < 4; i++) {
      board.announce();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(board.asked).toEqual([]);
    expect(board.transport.hasFrames).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    expect(board.asked).toEqual(both);
  });

  it("passes the board's log on", () => {
    board.transport.receive(Buffer.from("> one\r\n"));
    board.announce();
    board.transport.receive(Buffer.from("> two\n"));
    expect(board.lines).toEqual(["> one", "> two"]);
  });
});
