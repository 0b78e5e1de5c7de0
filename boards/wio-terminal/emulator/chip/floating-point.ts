/**
 * The floating-point part of an exception: ARMv7-M Architecture Reference Manual, B1.5.6 to B1.5.8.
 * The model saves the state at once. A real core with FPCCR.LSPEN saves the state only if the
 * handler uses floating point, and otherwise leaves that part of the frame unwritten. In the model,
 * FPCCR.LSPACT is never 1.
 */
import type { Memory } from "./memory";
import type { SystemControl } from "./system-control";
import type { Unicorn } from "./unicorn";
import { Registers } from "./unicorn-registers";

const FPCA = 1 << 2;
/**
 * A bit of CONTROL from a later architecture, which Unicorn's core has. Without this bit, the next
 * instruction begins with a new FPSCR.
 */
const SFPA = 1 << 3;
/** A bit in EXC_RETURN: zero if the frame has floating-point registers. */
const BASIC_FRAME = 1 << 4;
const BYTES = { basic: 0x20, extended: 0x68 } as const;
/** Offset of S0 to S15 and FPSCR in the frame. The last word of the frame is reserved. */
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

  /** Whether the current context has used floating-point registers: CONTROL.FPCA. */
  isInUse(control: number): boolean {
    if (!(control & FPCA)) return false;
    // A real core rejects the first floating-point instruction with a usage fault, NOCP.
    if (!this.system.allowsFloatingPoint)
      throw new Error("floating-point instructions without CPACR, which gives access to CP10");
    return this.system.savesFloatingPoint;
  }

  frameBytes(extended: boolean): number {
    return extended ? BYTES.extended : BYTES.basic;
  }

  /** Writes the floating-point registers to their part of the frame. */
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

  /** @returns CONTROL with the floating-point bits set or cleared */
  control(before: number, inUse: boolean): number {
    return inUse ? before | FPCA | SFPA : before & ~(FPCA | SFPA);
  }

  /** @returns EXC_RETURN as the handler finds it in LR */
  exceptionReturn(basic: number, extended: boolean): number {
    return (extended ? basic & ~BASIC_FRAME : basic) >>> 0;
  }

  isExtended(exceptionReturn: number): boolean {
    return !(exceptionReturn & BASIC_FRAME);
  }
}
