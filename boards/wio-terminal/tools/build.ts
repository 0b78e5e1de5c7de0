/**
 * `npm run build:wio`: the firmware for the Wio Terminal's chip, as a file for its bootloader, and
 * where its bytes lie; and the same for QEMU, which has another hardware layer.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { readSettings } from "../../../server/setup/settings";
import { command } from "../../tools/command";
import { QEMU, WIO } from "../build/compile";
import { linkImage } from "../build/image";
import { ROOT } from "../../../server/base/root";
import { OUTPUT } from "../build/paths";
import { packNightlight } from "../build/program";
import { checkFits, table } from "../build/sizes";
import { uf2OfElf } from "../build/uf2";

await command(async () => {
  const startedMs = Date.now();
  const packed = await packNightlight(readSettings(), () =>
    console.log("Compiling src/main.ts ..."),
  );
  const image = await linkImage(WIO, {
    packed,
    onTranslate: () => console.log("Translating and compiling the virtual machine ..."),
  });
  const regions = image.regions();
  console.log(table(regions));
  checkFits(regions);
  copyFileSync((await linkImage(QEMU, { packed })).elf, join(OUTPUT, "nightlight-qemu.elf"));
  copyFileSync(image.elf, join(OUTPUT, "nightlight-wio-terminal.elf"));
  const uf2 = join(OUTPUT, "nightlight-wio-terminal.uf2");
  writeFileSync(uf2, uf2OfElf(image.elf));
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `DeviceScript ${image.cliVersion} for Cortex-M4: ${relative(ROOT, uf2)}, ${seconds} s`,
  );
});
