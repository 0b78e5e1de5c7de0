import { afterEach, beforeEach, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../../boards/log-lines";
import { compileFirmware } from "../../../../boards/tools/firmware/compile";
import { WIO } from "../../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../../../boards/wio-terminal/emulator/chip/bootloader";
import { EmulatedBoard } from "../../../../boards/wio-terminal/emulator/emulated-board";
import { HOME } from "../../../../boards/wio-terminal/emulator/nightlight-board";
import { VERSION } from "../../../../server/base/version";
import { ProgramKey } from "../../../../server/setup/program-key";
import { OPEN_ON_LOOPBACK } from "../../../../server/setup/security-options";
import { UpdateKeys } from "../../../../server/setup/update-keys";
import { gatewayKey, sealOrder } from "../../../../server/updates/seal";
import { hashOf } from "../../../../server/updates/upload";
import { folderForTest } from "../../../support/folder";
import { type Started, startNightlight } from "../../../support/nightlight";
import { Witness } from "../../../support/witness";
import { Gateway } from "../gateway";
import { variant } from "../programs";

const ID = "chip-7";
const SPEED = 4;

let dir: string;
let key: string;
let server: Started;
let witness: Witness;
let board: EmulatedBoard;
let gateway: Gateway | undefined;

beforeEach(async () => {
  dir = folderForTest();
  key = new UpdateKeys(dir).ensure(ID);
  const security = { ...OPEN_ON_LOOPBACK, usersDir: dir };
  server = await startNightlight({ simulate: false, security });
  witness = await Witness.connect(server.brokerUrl);
  const settings = {
    ...{ ID, BROKER: server.brokerUrl, UPDATE_KEY: key },
    ...{ WIFI_SSID: HOME.ssid, WIFI_PWD: HOME.password ?? "" },
  };
  const signer = new ProgramKey(dir).publicKey();
  const packed = makePackage(await compileFirmware(), settings, { signer });
  const image = uf2OfElf((await linkImage(WIO, { packed })).elf);
  board = await EmulatedBoard.empty({ pace: { speed: SPEED } }, (nvm) => writeUf2(image, nvm));
});

afterEach(async () => {
  await board.stop();
  await gateway?.stop();
  await witness.stop();
  await server.stop();
});

/** Sends an update order to the device. Anybody who has the device's key may order anything. */
async function order(n: number, program: Uint8Array, signature?: string): Promise<void> {
  await gateway?.stop();
  gateway = await Gateway.start(gatewayKey(key, ID));
  // A board that refuses a program restarts, so it gives no further answers.
  gateway.onDevice = async (device) => await device.deploy(program).catch(() => undefined);
  const text = sealOrder(key, ID, {
    ...{ n, do: "update", at: gateway.address, hash: hashOf(program), board: "", fw: VERSION },
    ...{ signature, confirm_s: 60 },
  });
  await witness.publish(`${ID}/update`, JSON.stringify(text));
}

it("starts no unsigned program, and recovers from a bad one; its state says why", async () => {
  await witness.untilSeen(`${ID}/telemetry`, /"light"/);
  const bad = variant("panics");
  await order(5, bad);
  const why = "not started, as it is not signed";
  await board.untilLogged(RUNTIME_LINES.programRefused + why);
  await witness.untilSeen(`${ID}/state`, new RegExp(`"taken_back":"${why}"`));
  expect(board.wio.log.join("\n")).not.toContain("runs: variant");

  await order(6, bad, new ProgramKey(dir).sign(bad));
  await board.untilLogged(`${RUNTIME_LINES.takingBack}panicked twice: 60005`);
  await witness.untilSeen(`${ID}/state`, /"taken_back":"panicked twice: 60005"/);
  await witness.untilSeen(`${ID}/state`, /"crash":"panic 60005 at main_F0 \(pc:/);
});
