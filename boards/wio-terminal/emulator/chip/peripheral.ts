/** How the chip and its peripherals see each other. Names and offsets are the datasheet's. */
import type { Clock } from "./clock";

/** A peripheral's registers. The name is the datasheet's. */
export interface Peripheral {
  readonly name: string;
  readonly base: number;
  /** In bytes. */
  readonly size: number;
  /** `size` is 1, 2 or 4 bytes. @throws UnknownRegister for a register that it does not model */
  read(offset: number, size: number): number;
  /** @throws UnknownRegister for a register that it does not model */
  write(offset: number, size: number, value: number): void;
  /** The chip restarts. */
  reset?(): void;
}

/** A pin, as the chip and the outside see it. */
export interface PinView {
  /** The level that the chip drives; undefined if it drives none. */
  readonly driven: boolean | undefined;
  /** The level on the wire: driven by the chip or from outside, or pulled, else low. */
  readonly level: boolean;
  /** Drives the wire from outside; undefined releases it. */
  set(level: boolean | undefined): void;
  /** Called with the wire's new level at each change. */
  onChange(listener: (level: boolean) => void): void;
}

/** What a peripheral can use of the chip. */
export interface Chip {
  readonly clock: Clock;
  /** Sets the level of a line at the NVIC, 0..136. */
  setInterrupt(line: number, pending: boolean): void;
  /** Reads RAM or flash, as DMA does. */
  readMemory(address: number, length: number): Uint8Array;
  /** Writes RAM, as DMA does. */
  writeMemory(address: number, bytes: Uint8Array): void;
  /** @param name such as "PA15". Analog levels are in the ADC's model */
  pin(name: string): PinView;
}

/** The program used a register that the chip does not have, or that the model lacks. */
export class UnknownRegister extends Error {
  constructor(peripheral: string, offset: number, what: "read" | "write", size: number) {
    super(`${peripheral}: ${what} of ${size} bytes at offset 0x${offset.toString(16)}`);
    this.name = "UnknownRegister";
  }
}
