/**
 * What the UF2 bootloader does before the application runs: adafruit/uf2-samdx1 `src/selfmain.c`
 * and `src/main.c`, as far as the application can tell.
 */
import { RESET_CAUSE } from "./supply";

export const APPLICATION = 0x4000;
const FLASH_END = 0x8_0000;
/** The last word of RAM. */
const TAP_WORD = 0x2002_fffc;
const TAP_STAY = 0xf016_69ef;
const TAP_QUICK = 0xf026_69ef;
/** Just past a full vector table: with this there, one reset enters the bootloader. */
const SINGLE_TAP = { address: APPLICATION + 0x268, value: 0x87ee_b07c };
/** How long it waits for a second tap. */
const WINDOW_MICROS = 500_000;

export interface Booted {
  readonly clock: { readonly nowMicros: number; advanceTo(micros: number): void };
  word(address: number): number;
  setWord(address: number, value: number): void;
  setVectorTable(address: number): void;
}

export class StaysInBootloader extends Error {}

export function startApplication(
  chip: Booted,
  cause: number,
  start: (vectors: number) => void,
): void {
  const entry = chip.word(APPLICATION + 4);
  if (entry < APPLICATION || entry >= FLASH_END)
    throw new StaysInBootloader("there is no application in the flash");
  if (chip.word(SINGLE_TAP.address) === SINGLE_TAP.value)
    throw new StaysInBootloader("the application asks for the bootloader at each reset");
  const tap = chip.word(TAP_WORD);
  if (cause !== RESET_CAUSE.powerOn) {
    if (tap === TAP_STAY) {
      chip.setWord(TAP_WORD, 0);
      throw new StaysInBootloader("asked for, or by a second tap");
    }
    if (tap !== TAP_QUICK) chip.clock.advanceTo(chip.clock.nowMicros + WINDOW_MICROS);
  }
  chip.setWord(TAP_WORD, 0);
  chip.setVectorTable(APPLICATION);
  start(APPLICATION);
}
