/**
 * `npm run build [-- --board NAME [--parts PART,...]]`: compiles the firmware for the simulator or
 * a board.
 */
import { statSync } from "node:fs";
import { relative } from "node:path";
import { ROOT } from "../../server/base/root";
import { UserError } from "../../server/base/user-error";
import { loadConfig } from "../../server/setup/config";
import { partsText } from "../parts";
import {
  command,
  readFlags,
  requireTarget,
  TARGET_HELP,
  TARGET_OPTIONS,
  unusedParts,
} from "./command";
import { buildFirmware, BYTECODE_FILE } from "./firmware/compile";
import { writeFirmwareConfig } from "./firmware/configure";
import { checkSize } from "./firmware/program-limit";

const USAGE = `Usage: npm run build [-- --board NAME [--parts PART,...]]

Compiles the firmware, for the simulator or for a board.

${TARGET_HELP}
`;

await command(async () => {
  const flags = readFlags(USAGE, TARGET_OPTIONS);
  if (flags.parts !== undefined && flags.board === undefined)
    throw new UserError("--parts: needs --board; the simulator has its own light and lamp");
  const target = flags.board === undefined ? undefined : requireTarget(flags);
  const unused = target ? undefined : unusedParts();
  if (unused !== undefined) console.log(`Warning: ${unused}`);
  writeFirmwareConfig(loadConfig(), target);
  const parts = target ? partsText(target) : "";
  console.log(
    `Compiling src/main.ts for ${target?.name ?? "the simulator"}${parts === "" ? "" : ` with ${parts}`} ...`,
  );
  await buildFirmware("src/main.ts");
  const { size } = statSync(BYTECODE_FILE);
  checkSize(size, target?.name);
  console.log(`Firmware: ${size} bytes in ${relative(ROOT, BYTECODE_FILE)}`);
});
