import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BOARD } from "../../../boards/log-lines";
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../../boards/wio-terminal/emulator/chip/bootloader";
import { EmulatedBoard } from "../../../boards/wio-terminal/emulator/emulated-board";
import { HOME } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { Gateway } from "./gateway";
import { type Variant, variant } from "./programs";

const SPEED = 8;

let gateway: Gateway;
let board: EmulatedBoard;

beforeEach(async () => {
  gateway = await Gateway.start();
  const packed = makePackage(variant("old"), {
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
    const next: Variant[] = ["panics", "loops", "waits", "confirms"];
    gateway.onDevice = async (device) => {
      await device.deploy(variant(next.shift() ?? "old"));
    };
    const crash = (code: number): string => `panic ${code} at main_F0 (pc:`;
    const outcomes = [
      ["panicked twice: 60005", crash(60005)],
      ["panicked twice: 60001", crash(60001)],
      ["not confirmed in 10 s", "undefined"],
    ] as const;
    for (const [index, [reason, crash]] of outcomes.entries()) {
      await board.logged(`runs: variant ${index + 1}`);
      await board.logged(BOARD.takingBack + reason);
      await board.logged(`old: taken back: ${reason}; crash: ${crash}`);
    }
    await board.logged("runs: variant 4");
    await board.logged(BOARD.trialConfirmed);
    const from = board.wio.log.length;
    await board.reload(() => undefined);
    await board.logged("runs: variant 4", from);
    expect(gateway.connections).toBe(4);
    expect(gateway.failure).toBeUndefined();
  });
});
