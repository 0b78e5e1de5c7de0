/**
 * `npm run bundle -- --board NAME [--parts PART,...]`: makes one image of runtime, program and
 * settings.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../server/base/root";
import { UserError } from "../../server/base/user-error";
import { loadConfig } from "../../server/setup/config";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import { readSettings } from "../../server/setup/settings";
import { withUpdateKey } from "../../server/setup/update-keys";
import { BOARDS } from "../boards";
import { command, readFlags, requireTarget, TARGET_HELP, TARGET_OPTIONS } from "./command";
import { writeFirmwareConfig } from "./firmware/configure";
import { checkForBoard } from "./firmware/device-settings";
import { runCli } from "./firmware/runtime";
import { addToImage } from "./image/image";

const USAGE = `Usage: npm run bundle -- --board NAME [options]

Makes one image of runtime, program and settings: docs/first-board.md.

${TARGET_HELP}
  --data DIR        the server's data folder                (.nightlight)
`;

await command(async () => {
  const flags = readFlags(USAGE, { ...TARGET_OPTIONS, data: { type: "string" } });
  const target = requireTarget(flags);
  const { name } = target;
  const board = BOARDS[name];
  const config = loadConfig();
  const settings = readSettings();
  for (const warning of checkForBoard(board, settings, config)) console.log(`Warning: ${warning}`);
  const id = settings.ID ?? config.id;
  if (!id.includes("*"))
    console.log(
      `Warning: all boards with this image get the id ${id} and disconnect each other from the broker; with ID=${id}-*, each gets its own id`,
    );

  const uf2 = board.family === "rp2040w";
  const file = `nightlight-${name}.${uf2 ? "uf2" : "bin"}`;
  console.log(`Making ${file}: runtime, program and settings`);
  writeFirmwareConfig(config, target);
  const failure = await runCli([
    ...["bundle", "--board", board.module],
    ...["--flash-file", file, "src/main.ts"],
  ]);
  if (failure !== undefined) throw new UserError(`the image was not made: ${failure}`);

  const image = readFileSync(join(ROOT, file));
  const { UPDATE_KEY } = withUpdateKey(settings, id, flags.data ?? DEFAULT_DIR);
  // Stored in the form of the runtime's Wi-Fi service: the CLI has no running service to ask here.
  addToImage(image, [
    { name: "wifi_ssid", value: Buffer.from(settings.WIFI_SSID ?? "") },
    { name: "wifi_psk", value: Buffer.from(settings.WIFI_PWD ?? "") },
    // Stored in the form that the CLI uses for the other settings.
    { name: ":UPDATE_KEY", value: Buffer.from(JSON.stringify(UPDATE_KEY)) },
  ]);
  writeFileSync(join(ROOT, file), image);
  console.log(`${file}: ${image.length} bytes. The image contains your passwords in plain text:`);
  console.log("give it only to people who may know them, and keep it out of Git.");
  console.log(
    uf2
      ? `To put it onto a board: ${board.bootLoader}; copy the file there.`
      : `To put it onto a board: https://espressif.github.io/esptool-js/ in Chrome or Edge, at ${offset(board.family)}; or esptool.py write_flash ${offset(board.family)} ${file}`,
  );
});

/**
 * The flash offset of an image. On the ESP32 and the ESP32-S2, the flash begins with other data.
 */
function offset(family: string): string {
  return family === "esp32" || family === "esp32s2" ? "0x1000" : "0x0";
}
