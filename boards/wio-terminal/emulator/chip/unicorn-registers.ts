/** Unicorn's numbers of the core's registers: `uc_arm_reg` in Unicorn's `arm.h`. */
import koffi from "koffi";
import { PAGE_BYTES, pages, words } from "./native-memory";

export const REGISTER = {
  xpsr: 120,
  control: 117,
  msp: 115,
  psp: 116,
  r0: 66,
  r1: 67,
  r2: 68,
  r3: 69,
  r12: 78,
  lr: 10,
  sp: 12,
  pc: 11,
  primask: 123,
  basepri: 124,
  faultmask: 126,
  /** Each d register holds two floating-point registers: d0 is s0 and s1. */
  d0: 14,
  d1: 15,
  d2: 16,
  d3: 17,
  d4: 18,
  d5: 19,
  d6: 20,
  d7: 21,
  fpscr: 6,
} as const;
export type RegisterName = keyof typeof REGISTER;

/** Registers that are read or written together, because each call costs a microsecond. */
export class Registers<Name extends RegisterName> {
  readonly words: Uint32Array;
  readonly ids: Int32Array;
  /** The address of each value. */
  readonly addresses: BigUint64Array;

  /** @param wordsEach 2 if any of the registers has 64 bits */
  constructor(
    readonly names: readonly Name[],
    private readonly wordsEach: 1 | 2 = 1,
  ) {
    this.words = words(pages(PAGE_BYTES)).subarray(0, wordsEach * names.length);
    this.ids = Int32Array.from(names, (name) => REGISTER[name]);
    const base = koffi.address(this.words);
    this.addresses = BigUint64Array.from(names, (_, n) => base + BigInt(4 * wordsEach * n));
  }

  get(name: Name): number {
    return this.words[this.wordsEach * this.names.indexOf(name)] ?? 0;
  }

  set(name: Name, value: number): void {
    this.words[this.wordsEach * this.names.indexOf(name)] = value;
  }
}
