/** Makes the image a UF2 file for the board's bootloader, which appears as a drive. */
import { readFileSync } from "node:fs";
import { UserError } from "../../../server/base/user-error";
import { encodeUf2, type MemoryPiece } from "../../tools/image/uf2";

/** The SAMD51's family: microsoft/uf2, utils/uf2families.json. */
export const UF2_FAMILY = 0x55114460;
/**
 * The image's range, between the bootloader's 16 KB and the storage area at the end of the flash.
 */
export const APP_START_ADDRESS = 0x4000;
const APP_END_ADDRESS = 0x60000;

export function uf2OfElf(elf: string): Buffer {
  const pieces = loadableBytes(readFileSync(elf));
  for (const { address, bytes } of pieces) {
    if (address < APP_START_ADDRESS || address + bytes.length > APP_END_ADDRESS) {
      const range = `0x${address.toString(16)}..0x${(address + bytes.length).toString(16)}`;
      throw new UserError(`${elf}: ${range} is outside of the flash that an image may fill`);
    }
  }
  return encodeUf2(pieces, UF2_FAMILY);
}

/** The bytes that a 32-bit ELF file loads, with their load addresses (System V ABI, ELF-32). */
export function loadableBytes(elf: Buffer): MemoryPiece[] {
  if (elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 1) throw new UserError("not an ELF-32 file");
  const table = elf.readUInt32LE(28);
  const entryBytes = elf.readUInt16LE(42);
  return Array.from({ length: elf.readUInt16LE(44) }, (_, i) => table + i * entryBytes)
    .map((entry) => ({
      loaded: elf.readUInt32LE(entry) === 1, // PT_LOAD
      offset: elf.readUInt32LE(entry + 4),
      address: elf.readUInt32LE(entry + 12), // physical: flash holds the initial values
      length: elf.readUInt32LE(entry + 16), // size in the file
    }))
    .filter(({ loaded, length }) => loaded && length > 0)
    .map(({ offset, address, length }) => ({
      address,
      bytes: elf.subarray(offset, offset + length),
    }));
}
