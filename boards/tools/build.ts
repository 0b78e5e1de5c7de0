/** `npm run build [-- --board NAME]`: the firmware's bytecode, as boards and simulators take it. */
import { statSync } from "node:fs";
import { relative } from "node:path";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { command, demandBoard, readFlags } from "./command";
import { buildFirmware, OUTPUT } from "./firmware/compile";
import { writeFirmwareConfig } from "./firmware/configure";
import { checkSize } from "./firmware/program-limit";

await command(async () => {
  const flags = readFlags({ board: { type: "string" } });
  const board = flags.board === undefined ? undefined : demandBoard(flags.board);
  writeFirmwareConfig(loadConfig(), board);
  console.log(`Compiling src/main.ts for ${board ?? "the simulator"} ...`);
  await buildFirmware("src/main.ts");
  const { size } = statSync(OUTPUT);
  checkSize(size);
  console.log(`Firmware: ${size} bytes in ${relative(ROOT, OUTPUT)}`);
});
