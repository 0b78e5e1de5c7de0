import { beforeEach, describe, expect, it } from "vitest";
import { Bus } from "../../../../../boards/wio-terminal/emulator/chip/bus";
import { GATES } from "../../../../../boards/wio-terminal/emulator/chip/gating";
import { Mclk } from "../../../../../boards/wio-terminal/emulator/chip/mclk";
import { RegisterBlock } from "../../../../../boards/wio-terminal/emulator/chip/registers";

class Model extends RegisterBlock {
  constructor(name: string, base: number) {
    super(name, base, 0x400);
    this.define({ offset: 4, size: 4 });
    this.define({ offset: 8, size: 2, reset: 0x1234, writable: 0 });
  }
}

let mclk: Mclk;
let channels: Map<number, number>;
let bus: Bus;

beforeEach(() => {
  mclk = new Mclk();
  channels = new Map();
  bus = new Bus(
    mclk,
    (channel) => channels.get(channel) ?? 0,
    () => "near 0x4242",
  );
});

describe("the bus", () => {
  it("reaches a register by its address, and narrower parts of it", () => {
    bus.attach(new Model("RTC", 0x4000_2400));
    mclk.write(0x14, 4, 1 << 9);
    bus.write(0x4000_2404, 4, 0xaabb_ccdd);
    bus.write(0x4000_2405, 1, 0x11);
    expect(bus.read(0x4000_2404, 4)).toBe(0xaabb_11dd);
    expect(bus.read(0x4000_2406, 2)).toBe(0xaabb);
    bus.write(0x4000_2408, 2, 0xffff);
    expect(bus.read(0x4000_2408, 2)).toBe(0x1234);
  });

  it("says where it was if nothing answers, or no register is there", () => {
    expect(() => bus.read(0x4100_0000, 4)).toThrow(
      "no peripheral answers: 4 bytes at 0x41000000, near 0x4242",
    );
    bus.attach(new Model("DSU", 0x4100_2000));
    expect(() => bus.write(0x4100_200c, 1, 0)).toThrow(
      "DSU: write of 1 bytes at offset 0xc (1 bytes at 0x4100200c, near 0x4242)",
    );
  });

  it("reaches no register across its end, nor unaligned", () => {
    bus.attach(new Model("DSU", 0x4100_2000));
    for (const [offset, size] of [
      [8, 4],
      [5, 2],
      [6, 4],
    ] as const)
      expect(() => bus.read(0x4100_2000 + offset, size)).toThrow("DSU: read");
  });

  it("lets two peripherals share no place", () => {
    bus.attach(new Model("DSU", 0x4100_2000));
    expect(() => bus.attach(new Model("PORT", 0x4100_2000))).toThrow("PORT lies where DSU does");
  });

  it.each(Object.entries(GATES))("asks for the clocks of %s", (name, gate) => {
    bus.attach(new Model(name, 0x4000_0000));
    for (const offset of [0x14, 0x18, 0x1c, 0x20]) mclk.write(offset, 4, 0);
    expect(() => bus.read(0x4000_0004, 4)).toThrow(
      `${name} is used without its bus clock (MCLK, ${gate.bus}MASK bit ${gate.bit})`,
    );
    for (const offset of [0x14, 0x18, 0x1c, 0x20]) mclk.write(offset, 4, 0xffff_ffff);
    if (gate.channel !== undefined) {
      expect(() => bus.read(0x4000_0004, 4)).toThrow(
        `${name} is used without its own clock (GCLK channel ${gate.channel})`,
      );
      channels.set(gate.channel, 48e6);
    }
    expect(bus.read(0x4000_0004, 4)).toBe(0);
  });
});
