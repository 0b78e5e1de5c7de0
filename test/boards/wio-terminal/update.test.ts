import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BOARD } from "../../../boards/log-lines";
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../../boards/wio-terminal/emulator/chip/bootloader";
import { EmulatedBoard } from "../../../boards/wio-terminal/emulator/emulated-board";
import { HOME } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { type Device, Gateway } from "./gateway";
import { program } from "./programs";

const [OLD, PANICS, LOOPS, WAITS, CONFIRMS] = [0, 1, 2, 3, 4];
const SPEED = 8;

function variant(digit: number): Uint8Array {
  const bytecode = Buffer.from(program("update"));
  const at = bytecode.indexOf("variant 0");
  if (at < 0) throw new Error("the bytecode does not hold its variant");
  bytecode.write(`variant ${digit}`, at);
  return bytecode;
}

let gateway: Gateway;
let board: EmulatedBoard;

beforeEach(async () => {
  gateway = await Gateway.start();
  const packed = makePackage(variant(OLD), {
    GATEWAY: gateway.connectionString,
    WIFI_SSID: HOME.ssid,
    WIFI_PWD: HOME.password ?? "",
  });
  const { elf } = await linkImage(WIO, { packed });
  board = await EmulatedBoard.empty({ pace: { speed: SPEED } }, (nvm) =>
    writeUf2(uf2OfElf(elf), nvm),
  );
});

afterEach(async () => {
  await board.stop();
  await gateway.stop();
});

describe("a program that comes over the network", () => {
  it("is taken back if it fails, and counts once it has confirmed itself", async () => {
    const next: number[] = [PANICS, LOOPS, WAITS, CONFIRMS];
    const devices: Device[] = [];
    gateway.onDevice = async (device) => {
      devices.push(device);
      await device.deploy(variant(next.shift() ?? OLD));
    };
    const reasons = ["panicked twice: 60005", "panicked twice: 60001", "not confirmed in 10 s"];
    for (const [index, reason] of reasons.entries()) {
      await board.logged(`runs: variant ${index + 1}`);
      await board.logged(BOARD.takingBack + reason);
      await board.logged(`old: taken back: ${reason}`);
    }
    await board.logged(`runs: variant ${CONFIRMS}`);
    await board.logged(BOARD.trialConfirmed);
    const from = board.wio.log.length;
    await board.reload(() => undefined);
    await board.logged(`runs: variant ${CONFIRMS}`, from);
    expect(gateway.connections).toBe(4);
    expect(gateway.failure).toBeUndefined();
  });
});
