import { describe, expect, it } from "vitest";
import {
  Cmcc,
  Pm,
  RESET_CAUSE,
  Rstc,
  Supc,
} from "../../../../../boards/wio-terminal/emulator/chip/supply";
import { itHasTheRegisters } from "./registers";

const VREGRDY = 1 << 8;
const BOD33RDY = 1;

describe("SUPC", () => {
  itHasTheRegisters(() => new Supc(), {
    STATUS: [0x0c, 4, VREGRDY], // the regulator is ready
    BOD33: [0x10, 4, 0],
    VREG: [0x18, 4, 2, 0x0701_0086],
    VREF: [0x1c, 4, 0, 0x000f_00ce],
  });

  it("write-protects the level of BOD33 while it is enabled", () => {
    const supc = new Supc();
    supc.write(0x10, 4, 0x1200);
    supc.write(0x10, 4, 0x1202);
    expect(supc.read(0x0c, 4)).toBe(VREGRDY | BOD33RDY);
    expect(() => supc.write(0x10, 4, 0x1302)).toThrow("changed while it is enabled");
  });
});

describe("RSTC", () => {
  itHasTheRegisters(() => new Rstc(), { RCAUSE: [0, 1, 1], BKUPEXIT: [2, 1, 0] });

  it("has a bit of RCAUSE for each cause", () => {
    const { powerOn, brownOut, external, watchdog, system } = RESET_CAUSE;
    // The bits of RCAUSE are, in this order: POR, BODVDD, EXT, WDT, SYST.
    expect([powerOn, brownOut, external, watchdog, system]).toEqual([1, 1 << 2, 16, 32, 64]);
    const rstc = new Rstc();
    rstc.cause = watchdog;
    rstc.write(0, 1, 0); // read-only
    expect(rstc.read(0, 1)).toBe(32);
  });
});

describe("PM", () => {
  itHasTheRegisters(() => new Pm(), {
    CTRLA: [0x00, 1, 0, 4],
    SLEEPCFG: [0x01, 1, 2, 7],
    INTFLAG: [0x06, 1, 1], // SLEEPRDY
    STDBYCFG: [0x08, 1, 0, 0x33],
  });
});

describe("CMCC", () => {
  itHasTheRegisters(() => new Cmcc(), {
    TYPE: [0x00, 4, 0x12d2],
    CFG: [0x04, 4, 0x20, 0x76],
    SR: [0x0c, 4, 0],
  });

  it("is on by CTRL.CEN, as SR.CSTS shows, and can be invalidated only while it is off", () => {
    const cmcc = new Cmcc();
    cmcc.write(0x20, 4, 1);
    cmcc.write(0x08, 4, 1);
    expect(cmcc.read(0x0c, 4)).toBe(1);
    expect(() => cmcc.write(0x20, 4, 1)).toThrow("invalidated while it is enabled");
  });
});
