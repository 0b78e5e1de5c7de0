import { describe, expect, it } from "vitest";
import { GATES } from "../../../../../boards/wio-terminal/emulator/chip/gating";
import { type BusName, Mclk } from "../../../../../boards/wio-terminal/emulator/chip/mclk";
import { itHasTheRegisters } from "./registers";

const MASK: Record<BusName, number> = { APBA: 0x14, APBB: 0x18, APBC: 0x1c, APBD: 0x20 };

describe("MCLK", () => {
  itHasTheRegisters(() => new Mclk(), {
    INTFLAG: [0x03, 1, 1],
    HSDIV: [0x04, 1, 1],
    CPUDIV: [0x05, 1, 1],
    AHBMASK: [0x10, 4, 0x00ff_ffff, 0x00f9_b75f],
    APBAMASK: [0x14, 4, 0x07ff, 0xffff],
    APBBMASK: [0x18, 4, 0x0001_8056, 0x0001_7e97],
    APBCMASK: [0x1c, 4, 0x2000, 0x6ff8],
    APBDMASK: [0x20, 4, 0, 0x0fff],
  });

  it("divides the core's clock by CPUDIV", () => {
    const mclk = new Mclk();
    mclk.write(0x05, 1, 4);
    expect(mclk.coreDivider).toBe(4);
  });

  it.each(Object.entries(GATES))("gives %s its bus clock by one bit of a mask", (_name, gate) => {
    const mclk = new Mclk();
    for (const offset of Object.values(MASK)) mclk.write(offset, 4, 0);
    expect(mclk.hasClock(gate.bus, gate.bit)).toBe(false);
    mclk.write(MASK[gate.bus], 4, 2 ** gate.bit);
    expect(mclk.hasClock(gate.bus, gate.bit)).toBe(true);
  });
});
