/**
 * The floating-point part of an exception: ARMv7-M Architecture Reference Manual, B1.5.6 to B1.5.8.
 * The state is saved at once. A core with FPCCR.LSPEN saves it only if the handler uses it too, and
 * leaves that part of the frame as it was if not; FPCCR.LSPACT is never seen as one here.
 */
import type { Memory } from "./memory";
import type { SystemControl } from "./system-control";
import type { Unicorn } from "./unicorn";
import { Registers } from "./unicorn-registers";

const FPCA = 1 << 2;
/**
 * Unicorn's core has this bit of a later architecture. Without it, the next instruction begins with
 * a new FPSCR.
 */
const SFPA = 1 << 3;
/** In EXC_RETURN: zero if the frame has floating-point registers. */
const BASIC_FRAME = 1 << 4;
const BYTES = { basic: 0x20, extended: 0x68 } as const;
/** S0 to S15 and FPSCR. The last word of the frame is reserved. */
const SAVED_AT = 0x20;
const SAVED_WORDS = 17;

export class FloatingPoint {
  private readonly registers = new Registers(
    ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "fpscr"],
    2,
  );

  constructor(
    private readonly unicorn: Unicorn,
    private readonly system: SystemControl,
    private readonly memory: Memory,
  ) {}

  /** Whether code has used the registers since the context began: CONTROL.FPCA. */
  isInUse(control: number): boolean {
    if (!(control & FPCA)) return false;
    // A real core refuses the first such instruction by a usage fault, NOCP.
    if (!this.system.allowsFloatingPoint)
      throw new Error("floating-point instructions without CPACR, which gives access to CP10");
    return this.system.savesFloatingPoint;
  }

  frameBytes(extended: boolean): number {
    return extended ? BYTES.extended : BYTES.basic;
  }

  /** Writes the registers to their part of the frame. */
  save(frame: number): void {
    this.unicorn.readAll(this.registers);
    for (let n = 0; n < SAVED_WORDS; n++)
      this.memory.setWord(frame + SAVED_AT + 4 * n, this.registers.words[n] ?? 0);
    this.system.noteFloatingPointFrame(frame + SAVED_AT);
  }

  restore(frame: number): void {
    for (let n = 0; n < SAVED_WORDS; n++)
      this.registers.words[n] = this.memory.word(frame + SAVED_AT + 4 * n);
    this.unicorn.writeAll(this.registers);
  }

  /** @returns CONTROL with its floating-point bits for a context that uses them, or does not */
  control(before: number, inUse: boolean): number {
    return inUse ? before | FPCA | SFPA : before & ~(FPCA | SFPA);
  }

  /** @returns EXC_RETURN as LR has it in the handler */
  exceptionReturn(basic: number, extended: boolean): number {
    return (extended ? basic & ~BASIC_FRAME : basic) >>> 0;
  }

  isExtended(exceptionReturn: number): boolean {
    return !(exceptionReturn & BASIC_FRAME);
  }
}
