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
  it("reaches a register by its address, and narrower parts of the register", () => {
    bus.attach(new Model("RTC", 0x4000_2400));
    mclk.write(0x14, 4, 1 << 9);
    bus.write(0x4000_2404, 4, 0xaabb_ccdd);
    bus.write(0x4000_2405, 1, 0x11);
    expect(bus.read(0x4000_2404, 4)).toBe(0xaabb_11dd);
    expect(bus.read(0x4000_2406, 2)).toBe(0xaabb);
    bus.write(0x4000_2408, 2, 0xffff);
    expect(bus.read(0x4000_2408, 2)).toBe(0x1234);
  });

  it("names the address if nothing answers there, or there is no register", () => {
    expect(() => bus.read(0x4100_0000, 4)).toThrow(
      "no peripheral answers: 4 bytes at 0x41000000, near 0x4242",
    );
    bus.attach(new Model("DSU", 0x4100_2000));
    expect(() => bus.write(0x4100_200c, 1, 0)).toThrow(
      "DSU: write of 1 bytes at offset 0xc (1 bytes at 0x4100200c, near 0x4242)",
    );
  });

  it("refuses accesses across a register's end, and unaligned ones", () => {
    bus.attach(new Model("DSU", 0x4100_2000));
    for (const [offset, size] of [
      [8, 4],
      [5, 2],
      [6, 4],
    ] as const)
      expect(() => bus.read(0x4100_2000 + offset, size)).toThrow("DSU: read");
  });

  it("does not let two peripherals overlap", () => {
    bus.attach(new Model("DSU", 0x4100_2000));
    expect(() => bus.attach(new Model("PORT", 0x4100_2000))).toThrow("PORT overlaps DSU");
  });

  it.each(Object.entries(GATES))("requires the clocks of %s", (name, gate) => {
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

describe("the bus of a tolerant chip", () => {
  let told: string[];
  beforeEach(() => {
    told = [];
    bus = new Bus(
      mclk,
      (channel) => channels.get(channel) ?? 0,
      () => "near 0x4242",
      (text) => told.push(text),
    );
  });

  it("loses a write and reads 0 without a bus clock: DS60001507, MCLK, clock masking", () => {
    bus.attach(new Model("RTC", 0x4000_2400));
    mclk.write(0x14, 4, 0);
    bus.write(0x4000_2404, 4, 0x1234_5678);
    expect(bus.read(0x4000_2408, 2)).toBe(0);
    mclk.write(0x14, 4, 1 << 9);
    expect([bus.read(0x4000_2404, 4), bus.read(0x4000_2408, 2)]).toEqual([0, 0x1234]);
    expect(new Set(told)).toEqual(
      new Set(["RTC is used without its bus clock (MCLK, APBAMASK bit 9)"]),
    );
  });

  it("reaches a peripheral that lacks only its own clock", () => {
    bus.attach(new Model("EIC", 0x4000_2800));
    mclk.write(0x14, 4, 1 << 10);
    bus.write(0x4000_2804, 4, 7);
    expect(bus.read(0x4000_2804, 4)).toBe(7);
    expect(told[0]).toBe("EIC is used without its own clock (GCLK channel 4)");
  });

  it("reads 0 from a register without a model, and the other registers of the same word", () => {
    bus.attach(new Model("HMATRIX", 0x4100_c000));
    expect(bus.read(0x4100_c008, 4)).toBe(0x1234);
    bus.write(0x4100_c00c, 4, 0xffff_ffff);
    expect(bus.read(0x4100_c00c, 4)).toBe(0);
    expect(told).toContain("HMATRIX: read of 1 bytes at offset 0xa");
    expect(told).toContain("HMATRIX: write of 1 bytes at offset 0xf");
  });

  it("still ends the emulation at an empty address, or if a model refuses", () => {
    expect(() => bus.read(0x4100_0000, 4)).toThrow("no peripheral answers");
    class Refuses extends RegisterBlock {
      constructor() {
        super("PCC", 0x4300_2c00, 0x400);
        this.define({
          ...{ offset: 0, size: 4 },
          written: () => {
            throw new Error("PCC: refused");
          },
        });
      }
    }
    bus.attach(new Refuses());
    expect(() => bus.write(0x4300_2c00, 4, 1)).toThrow("PCC: refused (4 bytes at 0x43002c00");
  });
});
