import { expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import {
  type Chip,
  type Peripheral,
  UnknownRegister,
} from "../../../../../boards/wio-terminal/emulator/chip/peripheral";
import { Port } from "../../../../../boards/wio-terminal/emulator/chip/port";

/**
 * Registers by the names in Microchip's description of the chip, ATSAMD51P19A.svd. The numbers:
 * offset, bytes, value after a reset, and for a register that only stores, the bits that it has.
 */
export type Described = Readonly<
  Record<string, readonly [offset: number, size: 1 | 2 | 4, reset: number, stores?: number]>
>;

/** Describes `count` equal registers, which lie `apart` bytes from one to the next. */
export function repeated(
  name: string,
  count: number,
  apart: number,
  [offset, ...rest]: Described[string],
): Described {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return Object.fromEntries(indexes.map((n) => [`${name}${n}`, [offset + n * apart, ...rest]]));
}

/** Tests that the offset, width, reset value and bits of each register match the description. */
export function itHasTheRegisters(make: () => Peripheral, described: Described): void {
  it.each(Object.entries(described))("has %s", (_name, [offset, size, reset, stores]) => {
    const peripheral = make();
    expect(peripheral.read(offset, size)).toBe(reset);
    expect(() => peripheral.read(offset + size - 1, 1)).not.toThrow();
    // A single access must not cover two registers, or parts of two.
    const wide = 2 * size;
    if (wide <= 4) expect(() => peripheral.read(offset, wide)).toThrow(UnknownRegister);
    if (stores === undefined) return;
    const all = 2 ** (8 * size) - 1;
    peripheral.write(offset, size, all);
    expect(peripheral.read(offset, size)).toBe((stores | (reset & ~stores)) >>> 0);
    peripheral.write(offset, size, 0);
    expect(peripheral.read(offset, size)).toBe((reset & ~stores) >>> 0);
    peripheral.reset?.();
    expect(peripheral.read(offset, size)).toBe(reset);
  });
}

/** A chip with only a clock, pins, RAM at address 0, and the NVIC's active lines. */
export class BareChip implements Chip {
  readonly clock = new VirtualClock();
  readonly lines = new Set<number>();
  readonly ram = Buffer.alloc(4096);
  private readonly port = new Port();

  setInterrupt(line: number, pending: boolean): void {
    if (pending) this.lines.add(line);
    else this.lines.delete(line);
  }

  readMemory(address: number, length: number): Uint8Array {
    return Uint8Array.from(this.ram.subarray(address, address + length));
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.ram.set(bytes, address);
  }

  pin(name: string) {
    return this.port.pin(name);
  }
}
