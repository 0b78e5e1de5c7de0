/**
 * `npm run flash:wio`: from `.env.local` to a nightlight on a Wio Terminal. The runtime is ready in
 * this repository, so it takes Node alone, on Linux, macOS and Windows.
 */
import { existsSync, readFileSync } from "node:fs";
import { printable } from "../../../server/base/log";
import { UserError } from "../../../server/base/user-error";
import { waitFor } from "../../../server/base/wait-for";
import { loadConfig } from "../../../server/setup/config";
import { readSettings } from "../../../server/setup/settings";
import { command, readFlags } from "../../tools/command";
import { checkForBoard } from "../../tools/firmware/device-settings";
import { isUf2 } from "../../tools/image/uf2";
import { openSerialBus } from "../../tools/usb/serial-bus";
import {
  askTerminal,
  choosePort,
  listPorts,
  permitted,
  type Port,
} from "../../tools/usb/serial-port";
import { copyImage, findDrive, touch } from "../../tools/usb/wio-drive";
import { packNightlight } from "../build/program";
import { imageWith } from "../build/runtime-image";

const BOARD = { title: "the Wio Terminal", family: "samd51" };
const BY_HAND = "slide its power switch down twice, quickly: a drive named Arduino appears";

/** USB vendor. */
const SEEED = "2886";
/** USB product of the image, and of Arduino's; the bootloader has a port, too, but is another. */
const WIO_TERMINAL = "802d";

const DRIVE_MS = 20_000;
const RESTART_MS = 30_000;
/** How long to show what the board logs. */
const LOG_MS = 5_000;

await command(async () => {
  const flags = readFlags({
    image: { type: "string" },
    drive: { type: "string" },
    port: { type: "string" },
  });
  const image = flags.image === undefined ? await makeImage() : readImage(flags.image);

  const before = await listPorts();
  let touched: string | undefined;
  if (findDrive(flags.drive) === undefined) {
    // A touch would reset other makers' boards, too: those are left alone unless one is named.
    const ports = flags.port === undefined ? before.filter(isSeeed) : before;
    touched = await choosePort(flags.port, ports, askTerminal);
    if (touched === undefined)
      throw new UserError(`no Wio Terminal found: plug it in, and ${BY_HAND}; then run this again`);
    console.log(`${touched}: asking the board to restart into its bootloader`);
    await touch(touched);
    if (!(await waitFor(() => findDrive(flags.drive) !== undefined, DRIVE_MS)))
      throw new UserError(
        `${touched}: no drive of a bootloader came: mount it, or ${BY_HAND}; then run this again`,
      );
  }
  // Known by what it is not: with its program a board changes its serial number, and maybe its path.
  const others = before
    .filter((port) => isWioTerminal(port) && port.path !== touched)
    .map(identityOf);
  const findBoard = async (): Promise<string | undefined> => {
    const boards = (await listPorts()).filter(isWioTerminal);
    return boards.find((port) => !others.includes(identityOf(port)))?.path;
  };

  const drive = findDrive(flags.drive);
  if (drive === undefined) throw new UserError("the drive of the bootloader went away again");
  console.log(`${drive}: copying ${image.length} bytes`);
  copyImage(image, drive);
  // A drive that was mounted by hand stays, as a shadow of itself: then the port tells.
  const restarted = async () => findDrive(drive) === undefined || (await findBoard()) !== undefined;
  if (!(await waitFor(restarted, RESTART_MS)))
    throw new UserError(`${drive}: the bootloader is still there: it did not take the image`);
  console.log("The image is there; waiting for the board to start");

  const said: string[] = [];
  await waitFor(async () => {
    const port = await findBoard();
    if (port === undefined) return false;
    const line = await openSerialBus(permitted(port), (text) => said.push(text));
    if (!line) return false;
    await waitFor(() => false, LOG_MS);
    await line.stop();
    return said.length > 0;
  }, RESTART_MS);
  if (said.length === 0)
    throw new UserError("the board says nothing: see boards/wio-terminal/HARDWARE-CHECKLIST.md");
  for (const text of said) console.log(`  ${printable(text)}`);
});

// The serial transport never stops watching the ports.
process.exit();

function isSeeed({ vendorId }: Port): boolean {
  return vendorId === SEEED;
}

function isWioTerminal(port: Port): boolean {
  return isSeeed(port) && port.productId?.toLowerCase() === WIO_TERMINAL;
}

/** Windows has an empty serial number if it knows none. */
function identityOf({ path, serialNumber = "" }: Port): string {
  return serialNumber === "" ? path : serialNumber;
}

/** The firmware with this computer's settings. */
async function makeImage(): Promise<Buffer> {
  const settings = readSettings();
  for (const warning of checkForBoard(BOARD, settings, loadConfig()))
    console.log(`Warning: ${warning}`);
  const packed = await packNightlight(settings, () => console.log("Compiling src/main.ts ..."));
  return imageWith(packed);
}

function readImage(path: string): Buffer {
  if (!existsSync(path)) throw new UserError(`${path}: not there`);
  const image = readFileSync(path);
  if (!isUf2(image)) throw new UserError(`${path}: not a UF2 file`);
  return image;
}
