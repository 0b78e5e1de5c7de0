import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../../boards/wio-terminal/emulator/chip/bootloader";
import { EmulatedBoard } from "../../../boards/wio-terminal/emulator/emulated-board";
import { HOME } from "../../../boards/wio-terminal/emulator/nightlight-board";
import { ProgramKey } from "../../../server/setup/program-key";
import { folderForTest } from "../../support/folder";
import { Gateway } from "./gateway";
import { type Variant, variant } from "./programs";

const SPEED = 8;
const NEXT: readonly Variant[] = ["panics", "loops", "waits", "confirms"];

let dir: string;
let gateway: Gateway;
let board: EmulatedBoard;

beforeEach(async () => {
  gateway = await Gateway.start();
  dir = folderForTest();
  const key = new ProgramKey(dir);
  const settings: Record<string, string> = { GATEWAY: gateway.connectionString };
  for (const [index, name] of NEXT.entries())
    settings[`SIGNATURE_${index + 1}`] = key.sign(variant(name));
  settings["WIFI_SSID"] = HOME.ssid;
  settings["WIFI_PWD"] = HOME.password ?? "";
  const packed = makePackage(variant("old"), settings, { signer: key.publicKey() });
  const { elf } = await linkImage(WIO, { packed });
  board = await EmulatedBoard.empty({ pace: { speed: SPEED } }, (nvm) =>
    writeUf2(uf2OfElf(elf), nvm),
  );
});

afterEach(async () => {
  await board.stop();
  await gateway.stop();
});

describe("a program sent over the network", () => {
  it("is taken back if it fails, and stays once it has confirmed itself", async () => {
    const next = [...NEXT];
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
      await board.untilLogged(`runs: variant ${index + 1}`);
      await board.untilLogged(RUNTIME_LINES.takingBack + reason);
      await board.untilLogged(`old: taken back: ${reason}; crash: ${crash}`);
    }
    await board.untilLogged("runs: variant 4");
    await board.untilLogged(RUNTIME_LINES.trialConfirmed);
    const from = board.wio.log.length;
    await board.reload(() => undefined);
    await board.untilLogged("runs: variant 4", from);
    expect(gateway.connections).toBe(4);
    expect(gateway.failure).toBeUndefined();
  });
});
