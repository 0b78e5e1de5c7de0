import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { Dwt } from "../../../../../boards/wio-terminal/emulator/chip/dwt";
import { itHasTheRegisters } from "./registers";

const CTRL = 0;
const CYCCNT = 4;
const CYCCNTENA = 1;

let clock: VirtualClock;
let hz: number;
let isTracing: boolean;
let dwt: Dwt;

function make(): Dwt {
  clock = new VirtualClock();
  hz = 120e6;
  isTracing = true;
  return new Dwt(
    clock,
    () => hz,
    () => isTracing,
  );
}

beforeEach(() => (dwt = make()));

describe("DWT (ARMv7-M, C1.8)", () => {
  itHasTheRegisters(make, {
    DWT_CTRL: [CTRL, 4, 0x4000_0000], // Cortex-M4 TRM, 9.3: four comparators
    DWT_CYCCNT: [CYCCNT, 4, 0, 0xffff_ffff],
  });

  it("counts the core's cycles while CYCCNTENA is set", () => {
    clock.advanceTo(5);
    expect(dwt.read(CYCCNT, 4)).toBe(0);
    dwt.write(CTRL, 4, CYCCNTENA);
    clock.advanceTo(15);
    expect(dwt.read(CYCCNT, 4)).toBe(1200);
    dwt.write(CTRL, 4, 0);
    clock.advanceTo(20);
    expect(dwt.read(CYCCNT, 4)).toBe(1200);
  });

  it("counts nothing without DEMCR.TRCENA", () => {
    isTracing = false;
    dwt.write(CTRL, 4, CYCCNTENA);
    clock.advanceTo(10);
    expect(dwt.read(CYCCNT, 4)).toBe(0);
  });

  it("continues from a written value, past overflow, and at a new clock's rate", () => {
    dwt.write(CTRL, 4, CYCCNTENA);
    dwt.write(CYCCNT, 4, 0xffff_ffff);
    clock.advanceTo(1);
    expect(dwt.read(CYCCNT, 4)).toBe(119);
    dwt.settle();
    hz = 48e6;
    clock.advanceTo(2);
    expect(dwt.read(CYCCNT, 4)).toBe(119 + 48);
  });
});
