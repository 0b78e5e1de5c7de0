import { beforeEach, describe, expect, it } from "vitest";
import { Gclk } from "../../../../../boards/wio-terminal/emulator/chip/gclk";
import { itHasTheRegisters, repeated } from "./registers";

const ENABLE = 1 << 8;
const DIVSEL = 1 << 12;
const SOURCE = { osculp32k: 4, xosc32k: 5, dfll: 6, dpll0: 7, dpll1: 8 } as const;
const HZ = { dfll: 48e6, dpll: [120e6, 100e6], slow: 32_768 } as const;

function make(): Gclk {
  return new Gclk({
    dfllHz: () => HZ.dfll,
    dpllHz: (index) => HZ.dpll[index],
    crystal32kHz: () => 0,
    ulp32kHz: HZ.slow,
  });
}

let gclk: Gclk;
beforeEach(() => (gclk = make()));

const generator = (n: number): number => 0x20 + 4 * n;
const channel = (n: number): number => 0x80 + 4 * n;

describe("GCLK", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 1, 0],
    SYNCBUSY: [0x04, 4, 0],
    // The SVD gives 0 as this reset value. By the datasheet, generator 0 runs from the DFLL after a
    // reset.
    GENCTRL0: [generator(0), 4, 0x106],
    GENCTRL1: [generator(1), 4, 0, 0xffff_3f0f],
    ...repeated("PCHCTRL", 48, 4, [channel(0), 4, 0, 0xcf]),
  });

  it.each(Array.from({ length: 10 }, (_, n) => n + 2))("has GENCTRL%i, with 8 bits of DIV", (n) => {
    gclk.write(generator(n), 4, 0x00ff_0000);
    expect(gclk.read(generator(n), 4)).toBe(0x00ff_0000);
    expect(() => gclk.write(generator(n), 4, 0x0100_0000)).toThrow("can't divide by 256");
  });

  it.each([
    ["OSCULP32K", SOURCE.osculp32k, HZ.slow],
    ["XOSC32K, which is off", SOURCE.xosc32k, 0],
    ["DFLL", SOURCE.dfll, HZ.dfll],
    ["DPLL0", SOURCE.dpll0, HZ.dpll[0]],
    ["DPLL1", SOURCE.dpll1, HZ.dpll[1]],
  ])("gets its clock from GENCTRL.SRC: %s", (_name, source, hz) => {
    gclk.write(generator(2), 4, ENABLE | source);
    expect(gclk.generatorHz(2)).toBe(hz);
  });

  it("divides by DIV (0 counts as 1), or by 2^(DIV+1) with DIVSEL", () => {
    const hzOf = (control: number): number => {
      gclk.write(generator(3), 4, ENABLE | SOURCE.dfll | control);
      return gclk.generatorHz(3);
    };
    expect(hzOf(0)).toBe(48e6);
    expect(hzOf(1 << 16)).toBe(48e6);
    expect(hzOf(48 << 16)).toBe(1e6);
    expect(hzOf(DIVSEL | (3 << 16))).toBe(3e6);
  });

  it("connects a generator to a channel if PCHCTRL.CHEN is set", () => {
    gclk.write(generator(1), 4, ENABLE | SOURCE.dfll | (2 << 16));
    gclk.write(channel(7), 4, 1);
    expect(gclk.channelHz(7)).toBe(0);
    gclk.write(channel(7), 4, 1 | (1 << 6));
    expect(gclk.channelHz(7)).toBe(24e6);
    gclk.write(generator(1), 4, SOURCE.dfll);
    expect(gclk.channelHz(7)).toBe(0);
  });

  it("is reset by CTRLA.SWRST", () => {
    gclk.write(generator(0), 4, ENABLE | SOURCE.osculp32k);
    gclk.write(0, 1, 1);
    expect(gclk.generatorHz(0)).toBe(48e6);
  });

  it("stops at a source without a model", () => {
    gclk.write(generator(4), 4, ENABLE);
    expect(() => gclk.generatorHz(4)).toThrow("source 0 is not modelled");
  });
});
