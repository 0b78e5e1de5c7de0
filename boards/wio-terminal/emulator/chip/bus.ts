/** Finds the peripheral at an address, and checks that it has its clocks. */
import { GATES } from "./gating";
import type { Mclk } from "./mclk";
import type { Peripheral } from "./peripheral";

/** No two peripherals lie in the same block of this many bytes. */
const GRAIN = 0x400;

export class Bus {
  readonly peripherals: Peripheral[] = [];
  private readonly byPlace = new Map<number, Peripheral>();

  constructor(
    private readonly mclk: Mclk,
    private readonly channelHz: (channel: number) => number,
    private readonly describe: () => string,
  ) {}

  attach(peripheral: Peripheral): void {
    this.peripherals.push(peripheral);
    for (let at = 0; at < peripheral.size; at += GRAIN) {
      const place = Math.floor((peripheral.base + at) / GRAIN);
      const other = this.byPlace.get(place);
      if (other) throw new Error(`${peripheral.name} lies where ${other.name} does`);
      this.byPlace.set(place, peripheral);
    }
  }

  read(address: number, size: number): number {
    const peripheral = this.find(address, size);
    try {
      return peripheral.read(address - peripheral.base, size);
    } catch (error) {
      throw this.located(error, address, size);
    }
  }

  write(address: number, size: number, value: number): void {
    const peripheral = this.find(address, size);
    try {
      peripheral.write(address - peripheral.base, size, value);
    } catch (error) {
      throw this.located(error, address, size);
    }
  }

  private find(address: number, size: number): Peripheral {
    const peripheral = this.byPlace.get(Math.floor(address / GRAIN));
    if (!peripheral) throw new Error(`no peripheral answers: ${this.where(address, size)}`);
    const lacking = this.lacks(peripheral.name);
    if (lacking === undefined) return peripheral;
    const where = this.where(address, size);
    throw new Error(`${peripheral.name} is used without its ${lacking}: ${where}`);
  }

  private located(error: unknown, address: number, size: number): Error {
    const { message } = error as Error;
    return new Error(`${message} (${this.where(address, size)})`, { cause: error });
  }

  private where(address: number, size: number): string {
    return `${size} bytes at 0x${address.toString(16)}, ${this.describe()}`;
  }

  private lacks(name: string): string | undefined {
    const gate = GATES[name];
    if (!gate) return undefined;
    const { bus, bit, channel } = gate;
    if (!this.mclk.hasClock(bus, bit)) return `bus clock (MCLK, ${bus}MASK bit ${bit})`;
    if (channel !== undefined && this.channelHz(channel) === 0)
      return `own clock (GCLK channel ${channel})`;
    return undefined;
  }
}
