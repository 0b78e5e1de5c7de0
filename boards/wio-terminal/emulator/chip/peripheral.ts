/** What the chip and its peripherals know of each other. Names and offsets are the datasheet's. */
import type { Clock } from "./clock";

/** Registers of one peripheral of the chip, as its datasheet names them. */
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

/** A pin as both sides see it. */
export interface PinView {
  /** As the chip drives it; undefined while it does not. */
  readonly driven: boolean | undefined;
  /** What is on the wire: driven by the chip, by the outside, or pulled; low if by none. */
  readonly level: boolean;
  /** From outside; undefined lets go of it. */
  set(level: boolean | undefined): void;
  /** Called with the wire's new level at each change. */
  onChange(listener: (level: boolean) => void): void;
}

/** What a peripheral gets of the chip around it. */
export interface Chip {
  readonly clock: Clock;
  /** Level of a peripheral's line at the NVIC, 0..136. */
  setInterrupt(line: number, pending: boolean): void;
  /** RAM or flash, as DMA sees it. */
  readMemory(address: number, length: number): Uint8Array;
  /** RAM. */
  writeMemory(address: number, bytes: Uint8Array): void;
  /** Like "PA15". Analog levels are the ADC model's. */
  pin(name: string): PinView;
}

/** A firmware error on a real chip: a register that is not there, or that the model lacks. */
export class UnknownRegister extends Error {
  constructor(peripheral: string, offset: number, what: "read" | "write", size: number) {
    super(`${peripheral}: ${what} of ${size} bytes at offset 0x${offset.toString(16)}`);
    this.name = "UnknownRegister";
  }
}
