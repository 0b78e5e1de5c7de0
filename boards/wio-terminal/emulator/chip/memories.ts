/** The chip's memories and their addresses: datasheet, physical memory map. */
import { hexAddress } from "./hex";
import { RAM_ADDRESS, RAM_BYTES } from "./memory";
import { pages } from "./native-memory";
import { FLASH_BYTES } from "./nvmctrl";

export const BACKUP_RAM_ADDRESS = 0x4700_0000;
const BACKUP_RAM_BYTES = 8 * 1024;
/**
 * Address of the calibration area, the serial number and the user row: datasheet, NVM memory map.
 */
export const FUSES_ADDRESS = 0x0080_0000;
const FUSES_BYTES = 0x8000;

export class Memories {
  readonly flash = pages(FLASH_BYTES);
  readonly ram = pages(RAM_BYTES);
  readonly backupRam = pages(BACKUP_RAM_BYTES);
  readonly fuses = pages(FUSES_BYTES).fill(0xff);
  readonly all = [
    { base: 0, bytes: this.flash, isWritable: false },
    { base: RAM_ADDRESS, bytes: this.ram, isWritable: true },
    { base: BACKUP_RAM_ADDRESS, bytes: this.backupRam, isWritable: true },
    { base: FUSES_ADDRESS, bytes: this.fuses, isWritable: false },
  ] as const;

  read(address: number, length: number): Uint8Array {
    const [bytes, at] = this.locate(address, length);
    return Uint8Array.from(bytes.subarray(at, at + length));
  }

  /** Writes RAM, or the fuses as the factory does. */
  write(address: number, written: Uint8Array): void {
    const [bytes, at] = this.locate(address, written.length);
    if (bytes === this.flash) throw new Error(`no RAM at ${hexAddress(address)}`);
    bytes.set(written, at);
  }

  word(address: number): number {
    const [bytes, at] = this.locate(address, 4);
    return bytes.readUInt32LE(at);
  }

  setWord(address: number, value: number): void {
    const [bytes, at] = this.locate(address, 4);
    bytes.writeUInt32LE(value >>> 0, at);
  }

  private locate(address: number, length: number): [Buffer, number] {
    for (const { base, bytes } of this.all) {
      if (address >= base && address + length <= base + bytes.length)
        return [bytes, address - base];
    }
    throw new Error(`no memory of ${length} bytes at ${hexAddress(address)}`);
  }
}
