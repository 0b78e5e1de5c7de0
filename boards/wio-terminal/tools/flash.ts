/**
 * `npm run flash:wio`: flashes one Wio Terminal, or all that are plugged in, with the settings in
 * `.env.local`. The runtime in this repository is prebuilt, so the command needs only Node, on
 * Linux, macOS and Windows.
 */
import { printable } from "../../../server/base/log";
import { readBytes, readText } from "../../../server/base/text";
import { UserError } from "../../../server/base/user-error";
import { waitFor } from "../../../server/base/wait-for";
import { loadConfig } from "../../../server/setup/config";
import { ProgramKey } from "../../../server/setup/program-key";
import { DEFAULT_DIR } from "../../../server/setup/security-options";
import { readSettings, type Settings } from "../../../server/setup/settings";
import { command, readFlags } from "../../tools/command";
import { checkForBoard, WIO_TERMINAL } from "../../tools/firmware/device-settings";
import { isUf2 } from "../../tools/image/uf2";
import { numberedIds, readIds, settingsForBoard, sharedUser } from "../../tools/usb/board-ids";
import {
  type Computer,
  ENTER_BOOTLOADER_ADVICE,
  findBoards,
  flashAll,
  flashBoard,
  flashSummary,
} from "../../tools/usb/flash-board";
import { openSerialBus } from "../../tools/usb/serial-bus";
import { checkPermission, listPorts } from "../../tools/usb/serial-port";
import { copyImage, driveWarnings, findDrives, touch } from "../../tools/usb/wio-drive";
import { chooseWio } from "../../tools/usb/wio-port";
import { packNightlight } from "../build/program";
import { imageWith } from "../build/runtime-image";

const RESTART_MS = 60_000;
/** How long the board's log is shown. */
const LOG_MS = 5_000;

const USAGE = `Usage: npm run flash:wio [-- options]

Flashes the firmware onto a Wio Terminal, by USB: boards/wio-terminal/README.md.

  --all             every Wio Terminal that is plugged in, each with its own id
  --ids FILE        with --all: a file with an id on each line
  --port PORT       the serial port of the board
  --drive DIR       the folder of a bootloader's drive; can be repeated
  --image FILE      this .uf2 file, unchanged
  --data DIR        the server's data folder                (.nightlight)
`;

await command(async () => {
  const flags = readFlags(USAGE, {
    image: { type: "string" },
    drive: { type: "string", multiple: true },
    port: { type: "string" },
    all: { type: "boolean" },
    ids: { type: "string" },
    data: { type: "string" },
  });
  const key = new ProgramKey(flags.data ?? DEFAULT_DIR);
  if (flags.ids !== undefined && !flags.all) throw new UserError("--ids: needs --all");
  if (flags.all && flags.image !== undefined)
    throw new UserError("--image: contains one id, but with --all each board gets its own");
  if (flags.all && flags.port !== undefined)
    throw new UserError("--port: names one board, but --all means every board");
  for (const warning of driveWarnings(flags.drive ?? [])) console.log(`Warning: ${warning}`);
  const computer: Computer = {
    ports: listPorts,
    drives: () => findDrives(flags.drive),
    touch: async (port) => await touch(checkPermission(port)),
    copy: copyImage,
    waitFor,
    say: (text) => console.log(text),
  };
  if (flags.all) await flashEach(computer, key, flags.ids);
  else await flashOne(computer, key, flags);
});

async function flashOne(
  computer: Computer,
  key: ProgramKey,
  flags: { image?: string; port?: string },
): Promise<void> {
  const image =
    flags.image === undefined ? await pack(checkedSettings(), key) : readImage(flags.image);
  const [drive] = computer.drives();
  const place =
    drive === undefined
      ? {
          port: await chooseWio(
            flags.port,
            `plug it in, and ${ENTER_BOOTLOADER_ADVICE}; then run this again`,
          ),
        }
      : { drive };
  const findBoard = await flashBoard(computer, place, image);
  console.log("The image is on the board; waiting for the board to start");

  const said: string[] = [];
  await waitFor(async () => {
    const port = await findBoard();
    if (port === undefined) return false;
    const line = await openSerialBus(checkPermission(port), (text) => said.push(text));
    if (!line) return false;
    await waitFor(() => false, LOG_MS);
    await line.stop();
    return said.length > 0;
  }, RESTART_MS);
  if (said.length === 0)
    throw new UserError("the board logs nothing: see boards/wio-terminal/HARDWARE-CHECKLIST.md");
  for (const text of said) console.log(`  ${printable(text)}`);
}

/** @throws UserError if any board was not flashed */
async function flashEach(
  computer: Computer,
  key: ProgramKey,
  idsFile: string | undefined,
): Promise<void> {
  const settings = checkedSettings();
  const listed = idsFile === undefined ? undefined : readIds(readText(idsFile), idsFile);
  const places = await findBoards(computer);
  if (places.length === 0)
    throw new UserError(
      `no Wio Terminal found: plug the boards in, and for each board, ${ENTER_BOOTLOADER_ADVICE}`,
    );
  if (listed && listed.length < places.length)
    throw new UserError(
      `${idsFile ?? ""}: expected an id for each of ${places.length} boards, got ${listed.length}`,
    );
  const common = settings.ID ?? loadConfig().id;
  const ids = listed ?? numberedIds(common, places.length);
  const shared = sharedUser(common, settings);
  if (shared !== undefined && places.length > 1) console.log(`Warning: ${shared}`);
  const results = await flashAll(
    computer,
    places,
    ids,
    async (id) => await pack(settingsForBoard(id, common, settings), key),
  );
  for (const line of flashSummary(results)) console.log(line);
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  if (failed > 0) throw new UserError(`${failed} of ${results.length} boards were not flashed`);
}

function checkedSettings() {
  const settings = readSettings();
  for (const warning of checkForBoard(WIO_TERMINAL, settings, loadConfig()))
    console.log(`Warning: ${warning}`);
  return settings;
}

async function pack(settings: Settings, key: ProgramKey): Promise<Buffer> {
  const packed = await packNightlight(settings, {
    signer: key.publicKey(),
    onCompile: () => console.log("Compiling src/main.ts ..."),
  });
  return imageWith(packed);
}

function readImage(path: string): Buffer {
  const image = readBytes(path);
  if (!isUf2(image)) throw new UserError(`${path}: expected a UF2 file`);
  return image;
}
