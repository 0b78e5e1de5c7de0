/**
 * The UF2 bootloader's work before the application runs, as far as the application can observe it:
 * adafruit/uf2-samdx1 `src/selfmain.c` and `src/main.c`.
 */
import { UF2_FAMILY } from "../../build/uf2";
import { BLOCK_BYTES, type Nvmctrl } from "./nvmctrl";
import { RESET_CAUSE } from "./supply";

export const APPLICATION_ADDRESS = 0x4000;
const FLASH_END_ADDRESS = 0x8_0000;
/** The last word of RAM. Its value tells the bootloader what to do after a reset. */
const TAP_WORD_ADDRESS = 0x2002_fffc;
const TAP_STAY = 0xf016_69ef;
const TAP_QUICK = 0xf026_69ef;
/** If this value follows a full vector table, a single reset enters the bootloader. */
const SINGLE_TAP = { address: APPLICATION_ADDRESS + 0x268, value: 0x87ee_b07c };
/** How long the bootloader waits for a second tap. */
const WINDOW_MICROS = 500_000;

const UF2 = {
  magic: [0x0a32_4655, 0x9e5d_5157, 0x0ab1_6f30],
  hasFamily: 0x2000,
  blockBytes: 512,
  payloadBytes: 256,
} as const;

export interface Booted {
  readonly clock: { readonly nowMicros: number; advanceTo(micros: number): void };
  word(address: number): number;
  setWord(address: number, value: number): void;
  setVectorTable(address: number): void;
  /** Whether another reset is pending, which happens right after the current one. */
  readonly isResetDue: boolean;
}

export class StaysInBootloader extends Error {}

/**
 * Writes a UF2 file as the bootloader does: the first block of each 8 KB erases the 8 KB. Format:
 * github.com/microsoft/uf2.
 * @param onIgnored called for a block that the bootloader ignores silently, such as a block for the
 * bootloader's part of the flash. Without this callback, such a block is an error
 */
export function writeUf2(file: Buffer, nvm: Nvmctrl, onIgnored?: (block: number) => void): void {
  const erased = new Set<number>();
  if (file.length === 0 || file.length % UF2.blockBytes !== 0)
    throw new Error(`not a UF2 file: ${file.length} bytes`);
  for (let at = 0; at < file.length; at += UF2.blockBytes) {
    const word = (offset: number): number => file.readUInt32LE(at + offset);
    const [address, length] = [word(12), word(16)];
    const right =
      word(0) === UF2.magic[0] &&
      word(4) === UF2.magic[1] &&
      word(508) === UF2.magic[2] &&
      (word(8) & UF2.hasFamily) !== 0 &&
      word(28) === UF2_FAMILY &&
      length === UF2.payloadBytes &&
      address % length === 0 &&
      address >= APPLICATION_ADDRESS &&
      address + length <= FLASH_END_ADDRESS;
    if (!right) {
      const block = at / UF2.blockBytes;
      if (!onIgnored) throw new Error(`block ${block} would be ignored by the bootloader`);
      onIgnored(block);
      continue;
    }
    const begin = address - (address % BLOCK_BYTES);
    if (!erased.has(begin)) nvm.program(begin, Buffer.alloc(BLOCK_BYTES, 0xff));
    erased.add(begin);
    nvm.program(address, file.subarray(at + 32, at + 32 + length));
  }
}

export function startApplication(
  chip: Booted,
  cause: number,
  start: (vectors: number) => void,
): void {
  const entry = chip.word(APPLICATION_ADDRESS + 4);
  if (entry < APPLICATION_ADDRESS || entry >= FLASH_END_ADDRESS)
    throw new StaysInBootloader("there is no application in the flash");
  if (chip.word(SINGLE_TAP.address) === SINGLE_TAP.value)
    throw new StaysInBootloader("the application asks for the bootloader at each reset");
  const tap = chip.word(TAP_WORD_ADDRESS);
  if (cause !== RESET_CAUSE.powerOn) {
    if (tap === TAP_STAY) {
      chip.setWord(TAP_WORD_ADDRESS, 0);
      throw new StaysInBootloader("requested by the application, or by a second tap");
    }
    if (tap !== TAP_QUICK) {
      chip.setWord(TAP_WORD_ADDRESS, TAP_STAY);
      chip.clock.advanceTo(chip.clock.nowMicros + WINDOW_MICROS);
      if (chip.isResetDue) return;
    }
  }
  chip.setWord(TAP_WORD_ADDRESS, 0);
  chip.setVectorTable(APPLICATION_ADDRESS);
  start(APPLICATION_ADDRESS);
}
