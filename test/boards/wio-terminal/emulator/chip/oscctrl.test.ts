import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { Oscctrl } from "../../../../../boards/wio-terminal/emulator/chip/oscctrl";
import { itHasTheRegisters } from "./registers";

const ENABLE = 2;
const DFLLRDY = 1 << 8;
const DPLL = [0x30, 0x44] as const;
const LOCKED = 3;

let clock: VirtualClock;
let oscctrl: Oscctrl;
let referenceHz: number;

function make(): Oscctrl {
  clock = new VirtualClock();
  return new Oscctrl(clock);
}

beforeEach(() => {
  oscctrl = make();
  referenceHz = 1e6;
  oscctrl.channelHz = () => referenceHz;
});

/** @param ratio value of the DPLL's ratio register: LDR in bits 12..0, LDRFRAC in bits 20..16 */
function lock(index: 0 | 1, ratio: number): void {
  oscctrl.write(DPLL[index] + 4, 4, ratio);
  oscctrl.write(DPLL[index] + 8, 4, 0);
  oscctrl.write(DPLL[index], 1, ENABLE);
  clock.advanceTo(clock.nowMicros + 1000);
}

describe("OSCCTRL", () => {
  itHasTheRegisters(make, {
    INTFLAG: [0x0c, 4, 0],
    STATUS: [0x10, 4, DFLLRDY], // the DFLL runs after a reset
    DFLLCTRLA: [0x1c, 1, 0x82, 0xc2],
    DFLLCTRLB: [0x20, 1, 0, 0xff],
    DFLLVAL: [0x24, 4, 0x8080, 0xffff_fcff], // set in the factory: differs between chips
    DFLLMUL: [0x28, 4, 0, 0xfcff_ffff],
    DFLLSYNC: [0x2c, 1, 0],
    DPLLCTRLA0: [0x30, 1, 0x80],
    DPLLRATIO0: [0x34, 4, 0, 0x001f_1fff],
    DPLLCTRLB0: [0x38, 4, 0x20, 0x07ff_ffff],
    DPLLSYNCBUSY0: [0x3c, 4, 0],
    DPLLSTATUS0: [0x40, 4, 0],
    DPLLCTRLA1: [0x44, 1, 0x80],
    DPLLRATIO1: [0x48, 4, 0, 0x001f_1fff],
    DPLLCTRLB1: [0x4c, 4, 0x20, 0x07ff_ffff],
    DPLLSYNCBUSY1: [0x50, 4, 0],
    DPLLSTATUS1: [0x54, 4, 0],
  });

  it("has 48 MHz from the DFLL once it is ready", () => {
    oscctrl.write(0x1c, 1, 0);
    expect([oscctrl.read(0x10, 4), oscctrl.dfllHz]).toEqual([0, 0]);
    oscctrl.write(0x1c, 1, ENABLE);
    expect(oscctrl.read(0x10, 4)).toBe(0);
    clock.advanceTo(100);
    expect([oscctrl.read(0x10, 4), oscctrl.dfllHz]).toEqual([DFLLRDY, 48e6]);
  });

  it.each([0, 1] as const)("multiplies by LDR + 1 + LDRFRAC/32 in DPLL%i", (index) => {
    lock(index, 119);
    expect(oscctrl.read(DPLL[index] + 0x10, 4)).toBe(LOCKED);
    expect(oscctrl.dpllHz(index)).toBe(120e6);
    oscctrl.write(DPLL[index] + 4, 4, 119 | (16 << 16));
    expect(oscctrl.dpllHz(index)).toBe(120.5e6);
  });

  it("needs time to lock", () => {
    oscctrl.write(0x34, 4, 119);
    oscctrl.write(0x38, 4, 0);
    oscctrl.write(0x30, 1, ENABLE);
    expect([oscctrl.read(0x40, 4), oscctrl.dpllHz(0)]).toEqual([0, 0]);
  });

  it("stays within the electrical characteristics: 96 to 200 MHz from 32 kHz to 3.2 MHz", () => {
    lock(0, 94);
    expect(() => oscctrl.dpllHz(0)).toThrow("would run at 95000000 Hz");
    oscctrl.write(0x34, 4, 200);
    expect(() => oscctrl.dpllHz(0)).toThrow("would run at 201000000 Hz");
    referenceHz = 3.3e6;
    expect(() => oscctrl.dpllHz(0)).toThrow("reference of 3300000 Hz");
  });

  it("needs a reference, which must be GCLK: DPLLCTRLB.REFCLK", () => {
    expect(() => oscctrl.write(0x30, 1, ENABLE)).toThrow("reference is not GCLK");
    oscctrl.write(0x30, 1, 0);
    oscctrl.write(0x38, 4, 0);
    referenceHz = 0;
    expect(() => oscctrl.write(0x30, 1, ENABLE)).toThrow("without a reference clock");
  });
});
