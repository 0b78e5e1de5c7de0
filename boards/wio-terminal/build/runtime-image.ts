/**
 * The runtime as it stands in this repository: the C side with the virtual machine, built once, so
 * that program and settings can be added without a C compiler.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../server/base/user-error";
import { encodeUf2 } from "../../tools/image/uf2";
import { cliVersion } from "./extract-vm";
import { PACKAGE_ADDRESS } from "./package";
import { BOARD } from "./paths";
import { APP_START, loadableBytes, UF2_FAMILY } from "./uf2";

/** Flash from APP_START on. */
export const RUNTIME_FILE = join(BOARD, "runtime.bin");
const ABOUT_FILE = join(BOARD, "runtime.json");

/** What the runtime was made with. */
export interface AboutRuntime {
  /** Version of @devicescript/cli, whose virtual machine it is. */
  devicescript: string;
  compiler: string;
  wasm2c: string;
}

export function writeRuntime(elf: string, about: AboutRuntime): void {
  writeFileSync(RUNTIME_FILE, runtimeBytes(readFileSync(elf)));
  writeFileSync(ABOUT_FILE, `${JSON.stringify(about, undefined, 2)}\n`);
}

/** The flash that an image without a package fills, in one piece; gaps are 0xff, as if erased. */
export function runtimeBytes(elf: Buffer): Buffer {
  const pieces = loadableBytes(elf);
  const end = Math.max(...pieces.map(({ address, bytes }) => address + bytes.length));
  if (Math.min(...pieces.map(({ address }) => address)) < APP_START || end > PACKAGE_ADDRESS)
    throw new UserError("the runtime does not lie between the bootloader and the package");
  const memory = Buffer.alloc(end - APP_START, 0xff);
  for (const { address, bytes } of pieces) memory.set(bytes, address - APP_START);
  return memory;
}

/**
 * The file for the bootloader.
 * @param packed as `makePackage` makes it
 * @throws UserError if the runtime is for another release of DeviceScript than the compiler
 */
export function imageWith(packed: Uint8Array): Buffer {
  const { devicescript } = JSON.parse(readFileSync(ABOUT_FILE, "utf8")) as AboutRuntime;
  const installed = cliVersion();
  if (devicescript !== installed)
    throw new UserError(
      `boards/wio-terminal/runtime.bin: expected DeviceScript ${installed}, got ${devicescript}; run npm ci, or build another: npm run build:wio -- --runtime`,
    );
  const pieces = [
    { address: APP_START, bytes: readFileSync(RUNTIME_FILE) },
    { address: PACKAGE_ADDRESS, bytes: packed },
  ];
  return encodeUf2(pieces, UF2_FAMILY);
}
