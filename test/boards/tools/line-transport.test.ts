import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SERVICE_CLASS } from "../../../boards/line/board";
import { BRIDGE } from "../../../boards/line/packets";
import { connectBus } from "../../../boards/tools/usb/line-transport";
import { sendBytes } from "../../../boards/tools/usb/pipe";
import {
  DeviceScriptManagerCmd,
  DeviceScriptManagerReg,
  type JDBus,
  type JDService,
} from "../../../server/simulator/jacdac";
import { ScriptedBoard } from "./scripted-board";

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

  it("sends a whole program once, though the board is deaf for two seconds in between", async () => {
    board.announce();
    const program = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
    board.onReceived = () => {
      if (board.isDeaf || board.received.length !== 5 * 224) return;
      board.isDeaf = true;
      setTimeout(() => (board.isDeaf = false), 2_000);
    };
    const deploy = DeviceScriptManagerCmd.DeployBytecode;
    const sent = sendBytes(manager() as JDService, deploy, program).then(() => "sent");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await sent).toBe("sent");
    expect(Uint8Array.from(board.received)).toEqual(program);
    expect(board.openings).toBe(1);
  });

  it("passes the board's log on", () => {
    board.transport.receive(Buffer.from("> one\r\n"));
    board.announce();
    board.transport.receive(Buffer.from("> two\n"));
    expect(board.lines).toEqual(["> one", "> two"]);
  });
});
