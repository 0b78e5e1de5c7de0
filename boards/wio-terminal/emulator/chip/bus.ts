/**
 * Finds the peripheral at an address, and checks that the peripheral has its clocks. Without
 * `warn`, a violation is an error. With `warn`, the bus behaves like the chip, as far as that is
 * known, and reports the violation. Datasheet, MCLK, peripheral clock masking: without its bus
 * clock, a peripheral's registers can't be read or written.
 */
import { GATES } from "./gating";
import type { Mclk } from "./mclk";
import { type Peripheral, UnknownRegister } from "./peripheral";

/** Bytes of an address block. No two peripherals share a block. */
const BLOCK_BYTES = 0x400;

export class Bus {
  readonly peripherals: Peripheral[] = [];
  private readonly byPlace = new Map<number, Peripheral>();

  constructor(
    private readonly mclk: Mclk,
    private readonly channelHz: (channel: number) => number,
    private readonly describe: () => string,
    private readonly warn?: (text: string) => void,
  ) {}

  attach(peripheral: Peripheral): void {
    this.peripherals.push(peripheral);
    for (let at = 0; at < peripheral.size; at += BLOCK_BYTES) {
      const place = Math.floor((peripheral.base + at) / BLOCK_BYTES);
      const other = this.byPlace.get(place);
      if (other) throw new Error(`${peripheral.name} overlaps ${other.name}`);
      this.byPlace.set(place, peripheral);
    }
  }

  read(address: number, size: number): number {
    const peripheral = this.find(address, size);
    if (!peripheral) return 0;
    try {
      return peripheral.read(address - peripheral.base, size);
    } catch (error) {
      if (!this.isTolerated(error, address, size)) throw this.located(error, address, size);
      if (size === 1) return 0;
      const half = size / 2;
      const upper = this.read(address + half, half);
      return (this.read(address, half) + upper * 2 ** (8 * half)) >>> 0;
    }
  }

  write(address: number, size: number, value: number): void {
    const peripheral = this.find(address, size);
    if (!peripheral) return;
    try {
      peripheral.write(address - peripheral.base, size, value);
    } catch (error) {
      if (!this.isTolerated(error, address, size)) throw this.located(error, address, size);
      if (size === 1) return;
      const half = size / 2;
      this.write(address, half, value % 2 ** (8 * half));
      this.write(address + half, half, Math.floor(value / 2 ** (8 * half)));
    }
  }

  /** @returns undefined if the peripheral exists but can't answer */
  private find(address: number, size: number): Peripheral | undefined {
    const peripheral = this.byPlace.get(Math.floor(address / BLOCK_BYTES));
    if (!peripheral) throw new Error(`no peripheral answers: ${this.where(address, size)}`);
    const { lacking, answers } = this.lacks(peripheral.name);
    if (lacking === undefined) return peripheral;
    const problem = `${peripheral.name} is used without its ${lacking}`;
    if (!this.warn) throw new Error(`${problem}: ${this.where(address, size)}`);
    this.warn(problem);
    return answers ? peripheral : undefined;
  }

  /**
   * Whether an access without a model is tolerated. The missing register then reads as zero. A wide
   * access may also cover registers with a model.
   */
  private isTolerated(error: unknown, address: number, size: number): boolean {
    if (!this.warn || !(error instanceof UnknownRegister) || address % size !== 0) return false;
    if (size === 1) this.warn(error.message);
    return true;
  }

  private located(error: unknown, address: number, size: number): Error {
    const { message } = error as Error;
    return new Error(`${message} (${this.where(address, size)})`, { cause: error });
  }

  private where(address: number, size: number): string {
    return `${size} bytes at 0x${address.toString(16)}, ${this.describe()}`;
  }

  private lacks(name: string): { lacking?: string; answers: boolean } {
    const gate = GATES[name];
    if (!gate) return { answers: true };
    const { bus, bit, channel } = gate;
    if (!this.mclk.hasClock(bus, bit))
      return { lacking: `bus clock (MCLK, ${bus}MASK bit ${bit})`, answers: false };
    if (channel !== undefined && this.channelHz(channel) === 0)
      return { lacking: `own clock (GCLK channel ${channel})`, answers: true };
    return { answers: true };
  }
}
