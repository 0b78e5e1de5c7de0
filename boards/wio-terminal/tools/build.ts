/**
 * `npm run build:wio`: makes the Wio Terminal's firmware, as a file for the bootloader. With
 * `--runtime`, for changes of the C, builds the runtime first and prints the use of flash and RAM.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../../server/base/root";
import { ProgramKey } from "../../../server/setup/program-key";
import { DEFAULT_DIR } from "../../../server/setup/security-options";
import { readSettings } from "../../../server/setup/settings";
import { command, readFlags } from "../../tools/command";
import { compilerVersion, WIO } from "../build/compile";
import { linkImage } from "../build/image";
import { BUILD_FOLDER } from "../build/paths";
import { packNightlight } from "../build/program";
import { imageWith, RUNTIME_FILE, writeRuntime } from "../build/runtime-image";
import { checkFits, sizeTable } from "../build/sizes";

const USAGE = `Usage: npm run build:wio [-- options]

Makes the Wio Terminal's firmware, as a file for its bootloader.

  --runtime         builds the runtime first, for changes of the C
  --data DIR        the server's data folder                (.nightlight)
`;

await command(async () => {
  const flags = readFlags(USAGE, { runtime: { type: "boolean" }, data: { type: "string" } });
  if (flags.runtime) await buildRuntime();
  const packed = await packNightlight(readSettings(), {
    signer: new ProgramKey(flags.data ?? DEFAULT_DIR).publicKey(),
    onCompile: () => console.log("Compiling src/main.ts ..."),
  });
  const image = imageWith(packed);
  const file = join(BUILD_FOLDER, "nightlight-wio-terminal.uf2");
  mkdirSync(BUILD_FOLDER, { recursive: true });
  writeFileSync(file, image);
  console.log(`${relative(ROOT, file)}: ${image.length} bytes; to a board: npm run flash:wio`);
});

async function buildRuntime(): Promise<void> {
  const image = await linkImage(WIO, {
    onTranslate: () => console.log("Translating and compiling the virtual machine ..."),
  });
  const regions = image.regions();
  console.log(sizeTable(regions));
  checkFits(regions);
  const [compiler = ""] = (await compilerVersion(WIO.compiler)).split("\n");
  const wasm2c = (await compilerVersion("wasm2c")).trim();
  writeRuntime(image.elf, { devicescript: image.cliVersion, compiler, wasm2c });
  console.log(`${relative(ROOT, RUNTIME_FILE)} and runtime.json: built`);
}
