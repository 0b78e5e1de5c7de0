/** `npm run flash:wio`: the image of `npm run build:wio` onto a Wio Terminal. */
import { existsSync, readFileSync } from "node:fs";
import { printable } from "../log";
import { UserError } from "../user-error";
import { command, readFlags } from "./command";
import { openSerialBus } from "./serial-bus";
import { askTerminal, choosePort, listPorts, type Port } from "./serial-port";
import { isUf2 } from "./uf2";
import { waitFor } from "./wait-for";
import { copyImage, findDrive, touch } from "./wio-drive";

const IMAGE = ".devicescript/wio-terminal/nightlight-wio-terminal.uf2";
const BY_HAND = "slide its power switch down twice, quickly: a drive named Arduino appears";

/** USB vendor. */
const SEEED = "2886";

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
  const image = readImage(flags.image ?? IMAGE);
  const findPort = async () => await choosePort(flags.port, await boardPorts(flags), askTerminal);

  if (findDrive(flags.drive) === undefined) {
    const port = await findPort();
    if (port === undefined)
      throw new UserError(`no Wio Terminal found: plug it in, and ${BY_HAND}; then run this again`);
    console.log(`${port}: asking the board to restart into its bootloader`);
    await touch(port);
    if (!(await waitFor(() => findDrive(flags.drive) !== undefined, DRIVE_MS)))
      throw new UserError(
        `${port}: no drive of a bootloader came: mount it, or ${BY_HAND}; then run this again`,
      );
  }

  const drive = findDrive(flags.drive);
  if (drive === undefined) throw new UserError("the drive of the bootloader went away again");
  console.log(`${drive}: copying ${image.length} bytes`);
  copyImage(image, drive);
  if (!(await waitFor(() => findDrive(drive) === undefined, RESTART_MS)))
    throw new UserError(`${drive}: the bootloader is still there: it did not take the image`);
  console.log("The image is there; waiting for the board to start");

  const said: string[] = [];
  await waitFor(async () => {
    const port = await findPort();
    if (port === undefined) return false;
    const line = await openSerialBus(port, (text) => said.push(text));
    if (!line) return false;
    await waitFor(() => false, LOG_MS);
    await line.stop();
    return said.length > 0;
  }, RESTART_MS);
  if (said.length === 0)
    throw new UserError("the board says nothing: see boards/wio-terminal/HARDWARE-CHECKLIST.md");
  for (const text of said) console.log(`  ${printable(text)}`);
});

// The serial transport watches the ports for ever.
process.exit();

/** A touch would reset other makers' boards, too: those are left alone unless one is named. */
async function boardPorts({ port }: { port?: string | undefined }): Promise<Port[]> {
  const ports = await listPorts();
  return port === undefined ? ports.filter(({ vendorId }) => vendorId === SEEED) : ports;
}

function readImage(path: string): Buffer {
  if (!existsSync(path)) throw new UserError(`${path}: not there; run npm run build:wio first`);
  const image = readFileSync(path);
  if (!isUf2(image)) throw new UserError(`${path}: not a UF2 file`);
  return image;
}
