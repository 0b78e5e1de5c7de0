/** Writes a user's `.uf2` or `.bin` file to the flash of an emulated chip. */
import { UserError } from "../../../server/base/user-error";
import { APPLICATION_ADDRESS, writeUf2 } from "./chip/bootloader";
import { hexAddress } from "./chip/hex";
import { RAM_ADDRESS, RAM_BYTES } from "./chip/memory";
import { FLASH_BYTES, type Nvmctrl } from "./chip/nvmctrl";

export interface ImageFile {
  /** The file name. Its extension, `.uf2` or `.bin`, tells the format. */
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Replaces the application. If the program in a `.bin` file starts below 0x4000, the file includes
 * a bootloader and is written to address 0. An example is a copy of a board's whole flash.
 * @throws UserError if the file is no image for the board; the flash is then unchanged
 */
export function writeImage({ name, bytes }: ImageFile, nvm: Nvmctrl, warn: Warn): void {
  if (/\.uf2$/i.test(name)) {
    const before = nvm.contents(APPLICATION_ADDRESS, FLASH_BYTES);
    const blocks = bytes.length / 512;
    let ignored = 0;
    erase(nvm, APPLICATION_ADDRESS);
    try {
      writeUf2(bytes, nvm, () => ignored++);
      if (ignored === blocks) throw new Error(`the bootloader would ignore all ${blocks} blocks`);
    } catch (error) {
      nvm.program(APPLICATION_ADDRESS, before);
      throw new UserError(`${name}: ${(error as Error).message}`);
    }
    if (ignored > 0) warn(`${name}: the bootloader ignores ${ignored} of ${blocks} blocks`);
    return;
  }
  if (!/\.bin$/i.test(name)) throw new UserError(`${name}: expected a .uf2 or .bin file`);
  const address = startOf(name, bytes) < APPLICATION_ADDRESS ? 0 : APPLICATION_ADDRESS;
  if (address + bytes.length > FLASH_BYTES)
    throw new UserError(
      `${name}: ${bytes.length} bytes from ${hexAddress(address)} don't fit the flash`,
    );
  erase(nvm, address);
  nvm.program(address, bytes);
}

/**
 * Writes a bootloader's first 16 KB to address 0.
 * @throws UserError if the file is no bootloader
 */
export function writeBootloader({ name, bytes }: ImageFile, nvm: Nvmctrl): void {
  if (startOf(name, bytes) >= APPLICATION_ADDRESS)
    throw new UserError(`${name}: expected a bootloader, which starts below 0x4000`);
  nvm.program(0, bytes.subarray(0, APPLICATION_ADDRESS));
}

type Warn = (text: string) => void;

function erase(nvm: Nvmctrl, from: number): void {
  nvm.program(from, Buffer.alloc(FLASH_BYTES - from, 0xff));
}

/**
 * The start address of the program, from the vector table, which begins with the initial stack and
 * the reset handler: ARMv7-M, B1.5.3.
 */
function startOf(name: string, bytes: Buffer): number {
  const [stack, reset] = bytes.length < 8 ? [0, 0] : [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  const isStack = stack > RAM_ADDRESS && stack <= RAM_ADDRESS + RAM_BYTES;
  if (!isStack || reset >= FLASH_BYTES || reset % 2 === 0)
    throw new UserError(
      `${name}: expected a stack in RAM and a start in the flash, got ${hexAddress(stack)} and ${hexAddress(reset)}`,
    );
  return reset;
}
