import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BOARD } from "../../boards/log-lines";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { WIO } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { makePackage } from "../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../boards/wio-terminal/emulator/chip/bootloader";
import { EmulatedBoard } from "../../boards/wio-terminal/emulator/emulated-board";
import { HOME, lightOfRaw } from "../../boards/wio-terminal/emulator/nightlight-board";
import { ProgramKey } from "../../server/setup/program-key";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { hashOf, padded } from "../../server/updates/upload";
import { programName } from "../../src/common/update";
import type { UpdatesView } from "../../src/common/update-api";
import { startNightlight } from "../support/nightlight";
import { olderProgram } from "../support/older-program";
import { Witness } from "../support/witness";

const ID = "chip-9";

it("the nightlight on the emulated chip is updated by the server, and confirms itself", async () => {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-wio-update-"));
  const nightlight = await startNightlight({
    simulate: false,
    security: { ...OPEN_ON_LOOPBACK, usersDir: dir },
  });
  const witness = await Witness.connect(nightlight.brokerUrl);
  const settings = {
    ...{ ID, BROKER: nightlight.brokerUrl, UPDATE_KEY: new UpdateKeys(dir).ensure(ID) },
    ...{ WIFI_SSID: HOME.ssid, WIFI_PWD: HOME.password ?? "" },
  };
  const signer = new ProgramKey(dir).publicKey();
  const packed = makePackage(await olderProgram(), settings, { signer });
  const { elf } = await linkImage(WIO, { packed });
  const board = await EmulatedBoard.empty({}, (nvm) => writeUf2(uf2OfElf(elf), nvm));
  board.wio.light = lightOfRaw(100);
  try {
    await board.logged("Reading ACKNOWLEDGED");
    const body = JSON.stringify({ device: ID });
    await fetch(`${nightlight.url}/api/updates`, { method: "POST", body });
    await board.logged(BOARD.signatureChecked);
    const checked = board.wio.log.find((line) => line.includes(BOARD.signatureChecked));
    // The loop stands still so long, of the chip's time: no more than while it erases a block of flash.
    const tookMs = Number(/(\d+) ms$/.exec(checked ?? "")?.[1]);
    expect(tookMs, checked).toBeLessThan(200);
    await board.logged("Update confirmed");
    const name = programName(hashOf(padded(await compileFirmware())));
    await witness.sees(`${ID}/state`, new RegExp(`"program":"${name}"\\}$`));
    const view = (await (await fetch(`${nightlight.url}/api/updates`)).json()) as UpdatesView;
    expect(view.updates.map(({ step }) => step)).toEqual(["confirmed"]);
    await board.until("the new program obeys", () => board.wio.led);
    // A restart of the program only: the chip was never reset.
    expect(board.resets).toHaveLength(1);
  } finally {
    await board.stop();
    await witness.stop();
    await nightlight.stop();
    rmSync(dir, { recursive: true });
  }
});
