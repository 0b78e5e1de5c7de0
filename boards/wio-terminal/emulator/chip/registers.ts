/** A peripheral as a set of registers: the base of most models. */
import { type Peripheral, UnknownRegister } from "./peripheral";

export interface Register {
  readonly offset: number;
  /** Width of the register, bytes. */
  readonly size: 1 | 2 | 4;
  /** The value after a reset, by default 0. */
  readonly reset?: number;
  /** The bits that a write can change: by default all, 0 for a read-only register. */
  readonly writable?: number;
  /** Returns the value to read, instead of the stored value. */
  readonly read?: () => number;
  /**
   * Called after the new value is stored. `value` is the written value, read-only bits included;
   * `mask` has ones for the bits that the access covered. All other bits of `value` are zero.
   */
  readonly written?: (value: number, before: number, mask: number) => void;
}

const SIZE_MASK = { 1: 0xff, 2: 0xffff, 4: 0xffff_ffff } as const;

/**
 * Registers by offset. An access may be narrower than its register, but must not cover two
 * registers.
 */
export class RegisterBlock implements Peripheral {
  private readonly registers = new Map<number, Register>();
  private readonly values = new Map<Register, number>();

  constructor(
    readonly name: string,
    readonly base: number,
    readonly size: number,
  ) {}

  /** Adds a register. Call this once for each register. */
  protected define(register: Register): Register {
    for (let byte = 0; byte < register.size; byte++) {
      const offset = register.offset + byte;
      if (this.registers.has(offset)) throw new Error(`${this.name}: two registers at ${offset}`);
      this.registers.set(offset, register);
    }
    this.values.set(register, register.reset ?? 0);
    return register;
  }

  /** The stored value. */
  protected get(register: Register): number {
    return this.values.get(register) ?? 0;
  }

  /** Stores a value as the hardware does, including read-only bits. */
  protected set(register: Register, value: number): void {
    this.values.set(register, (value & SIZE_MASK[register.size]) >>> 0);
  }

  read(offset: number, size: number): number {
    const register = this.find(offset, size, "read");
    const value = register.read ? register.read() : this.get(register);
    return ((value >>> (8 * (offset - register.offset))) & sizeMask(size)) >>> 0;
  }

  write(offset: number, size: number, value: number): void {
    const register = this.find(offset, size, "write");
    const shift = 8 * (offset - register.offset);
    const mask = (sizeMask(size) << shift) >>> 0;
    const before = this.get(register);
    const written = ((value << shift) & mask) >>> 0;
    const writable = register.writable ?? SIZE_MASK[register.size];
    this.set(register, (before & ~(writable & mask)) | (written & writable & mask));
    register.written?.(written, before, mask);
  }

  reset(): void {
    for (const register of this.values.keys()) this.set(register, register.reset ?? 0);
  }

  private find(offset: number, size: number, what: "read" | "write"): Register {
    const register = this.registers.get(offset);
    if (!register || offset + size > register.offset + register.size || offset % size !== 0)
      throw new UnknownRegister(this.name, offset, what, size);
    return register;
  }
}

function sizeMask(size: number): number {
  return size === 1 ? 0xff : size === 2 ? 0xffff : 0xffff_ffff;
}
