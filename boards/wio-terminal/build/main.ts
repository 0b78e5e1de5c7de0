/** `npm run build:wio`: the firmware for the emulated Wio Terminal, and where its bytes lie. */
import { copyFileSync } from "node:fs";
import { join, relative } from "node:path";
import { compileFirmware } from "../../../server/firmware/compile";
import { UserError } from "../../../server/user-error";
import { QEMU } from "./compile";
import { linkImage } from "./image";
import { makePackage } from "./package";
import { OUTPUT, ROOT } from "./paths";
import { readSettings } from "./settings";
import { checkFits, table } from "./sizes";
import { BuildError } from "./tools";

try {
  const startedMs = Date.now();
  const program = await compileFirmware("src/main.ts", {
    onCompile: () => console.log("Compiling src/main.ts ..."),
  });
  const image = await linkImage(QEMU, {
    packed: makePackage(program, readSettings()),
    onTranslate: () => console.log("Translating and compiling the virtual machine ..."),
  });
  const regions = image.regions();
  console.log(table(regions));
  checkFits(regions);
  const elf = join(OUTPUT, "nightlight-qemu.elf");
  copyFileSync(image.elf, elf);
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `DeviceScript ${image.cliVersion} for Cortex-M4: ${relative(ROOT, elf)}, ${seconds} s`,
  );
} catch (error) {
  if (!(error instanceof BuildError || error instanceof UserError)) throw error;
  console.error(`build:wio: ${error.message}`);
  process.exitCode = 1;
}
