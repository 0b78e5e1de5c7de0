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
import { version, WIO } from "../build/compile";
import { linkImage } from "../build/image";
import { OUTPUT } from "../build/paths";
import { packNightlight } from "../build/program";
import { imageWith, RUNTIME_FILE, writeRuntime } from "../build/runtime-image";
import { checkFits, table } from "../build/sizes";

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
  const file = join(OUTPUT, "nightlight-wio-terminal.uf2");
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(file, image);
  console.log(`${relative(ROOT, file)}: ${image.length} bytes; to a board: npm run flash:wio`);
});

async function buildRuntime(): Promise<void> {
  const image = await linkImage(WIO, {
    onTranslate: () => console.log("Translating and compiling the virtual machine ..."),
  });
  const regions = image.regions();
  console.log(table(regions));
  checkFits(regions);
  const [compiler = ""] = (await version(WIO.compiler)).split("\n");
  const wasm2c = (await version("wasm2c")).trim();
  writeRuntime(image.elf, { devicescript: image.cliVersion, compiler, wasm2c });
  console.log(`${relative(ROOT, RUNTIME_FILE)} and runtime.json: built`);
}
