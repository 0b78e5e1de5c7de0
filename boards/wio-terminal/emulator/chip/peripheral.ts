/** The interfaces between the chip and its peripherals. */
import type { Clock } from "./clock";

/** A peripheral's registers. Name and offsets are as in the datasheet. */
export interface Peripheral {
  readonly name: string;
  readonly base: number;
  /** Size of the registers' address range, bytes. */
  readonly size: number;
  /** `size` is 1, 2 or 4 bytes. @throws UnknownRegister for a register without a model */
  read(offset: number, size: number): number;
  /** @throws UnknownRegister for a register without a model */
  write(offset: number, size: number, value: number): void;
  /** Called when the chip restarts. */
  reset?(): void;
}

/** A pin, as seen by the chip and from outside. */
export interface PinView {
  /** The level that the chip drives; undefined if the chip does not drive the pin. */
  readonly driven: boolean | undefined;
  /** The level on the wire: driven by the chip or from outside, else pulled, else low. */
  readonly level: boolean;
  /** Drives the wire from outside; undefined releases the wire. */
  set(level: boolean | undefined): void;
  /** Adds a listener for changes. The listener gets the wire's new level. */
  onChange(listener: (level: boolean) => void): void;
}

/** The parts of the chip that a peripheral can use. */
export interface Chip {
  readonly clock: Clock;
  /** Sets the level of an NVIC line, 0..136. */
  setInterrupt(line: number, pending: boolean): void;
  /** Reads RAM or flash, as DMA does. */
  readMemory(address: number, length: number): Uint8Array;
  /** Writes RAM, as DMA does. */
  writeMemory(address: number, bytes: Uint8Array): void;
  /** @param name the pin's name, such as "PA15". The ADC's model has the analog levels */
  pin(name: string): PinView;
}

/** Thrown if the program uses a register that the chip or the model does not have. */
export class UnknownRegister extends Error {
  constructor(peripheral: string, offset: number, what: "read" | "write", size: number) {
    super(`${peripheral}: ${what} of ${size} bytes at offset 0x${offset.toString(16)}`);
    this.name = "UnknownRegister";
  }
}
