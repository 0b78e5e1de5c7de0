/**
 * The prebuilt runtime in this repository: the C with the virtual machine. Adding a program and
 * settings to the runtime needs no C compiler.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../server/base/user-error";
import { encodeUf2 } from "../../tools/image/uf2";
import { cliVersion } from "./extract-vm";
import { PACKAGE_ADDRESS } from "./package";
import { WIO_FOLDER } from "./paths";
import { APP_START_ADDRESS, loadableBytes, UF2_FAMILY } from "./uf2";

/** The contents of the flash, starting at APP_START. */
export const RUNTIME_FILE = join(WIO_FOLDER, "runtime.bin");
const ABOUT_FILE = join(WIO_FOLDER, "runtime.json");

/** The versions that the runtime was built with. */
export interface AboutRuntime {
  /** Version of @devicescript/cli, the source of the virtual machine. */
  devicescript: string;
  compiler: string;
  wasm2c: string;
}

export function writeRuntime(elf: string, about: AboutRuntime): void {
  writeFileSync(RUNTIME_FILE, runtimeBytes(readFileSync(elf)));
  writeFileSync(ABOUT_FILE, `${JSON.stringify(about, undefined, 2)}\n`);
}

/**
 * The flash contents of an image without a package, in one piece. Gaps are 0xff, like erased flash.
 */
export function runtimeBytes(elf: Buffer): Buffer {
  const pieces = loadableBytes(elf);
  const end = Math.max(...pieces.map(({ address, bytes }) => address + bytes.length));
  if (
    Math.min(...pieces.map(({ address }) => address)) < APP_START_ADDRESS ||
    end > PACKAGE_ADDRESS
  )
    throw new UserError("the runtime does not lie between the bootloader and the package");
  const memory = Buffer.alloc(end - APP_START_ADDRESS, 0xff);
  for (const { address, bytes } of pieces) memory.set(bytes, address - APP_START_ADDRESS);
  return memory;
}

/**
 * Makes the UF2 file for the bootloader.
 * @param packed a package from `makePackage`
 * @throws UserError if runtime and compiler are of different releases of DeviceScript
 */
export function imageWith(packed: Uint8Array): Buffer {
  const { devicescript } = JSON.parse(readFileSync(ABOUT_FILE, "utf8")) as AboutRuntime;
  const installed = cliVersion();
  if (devicescript !== installed)
    throw new UserError(
      `boards/wio-terminal/runtime.bin: expected DeviceScript ${installed}, got ${devicescript}; run npm ci, or build another: npm run build:wio -- --runtime`,
    );
  const pieces = [
    { address: APP_START_ADDRESS, bytes: readFileSync(RUNTIME_FILE) },
    { address: PACKAGE_ADDRESS, bytes: packed },
  ];
  return encodeUf2(pieces, UF2_FAMILY);
}
