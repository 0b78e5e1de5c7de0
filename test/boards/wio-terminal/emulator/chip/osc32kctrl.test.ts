import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { Osc32kctrl } from "../../../../../boards/wio-terminal/emulator/chip/osc32kctrl";
import { itHasTheRegisters } from "./registers";

const ENABLE = 1 << 1;
const EN32K = 1 << 3;

let clock: VirtualClock;
let osc: Osc32kctrl;

function make(): Osc32kctrl {
  clock = new VirtualClock();
  return new Osc32kctrl(clock);
}

beforeEach(() => (osc = make()));

describe("OSC32KCTRL", () => {
  itHasTheRegisters(make, {
    INTFLAG: [0x08, 4, 0],
    STATUS: [0x0c, 4, 0],
    RTCCTRL: [0x10, 1, 0, 7],
    XOSC32K: [0x14, 2, 0x2080, 0x77de],
    CFDCTRL: [0x16, 1, 0, 7],
    OSCULP32K: [0x1c, 4, 0],
  });

  it("has a crystal that needs time to start: STATUS.XOSC32KRDY", () => {
    osc.write(0x14, 2, ENABLE | EN32K);
    expect([osc.read(0x0c, 4), osc.crystalHz]).toEqual([0, 0]);
    clock.advanceTo(500_000);
    expect([osc.read(0x0c, 4), osc.crystalHz]).toEqual([1, 32_768]);
    osc.write(0x14, 2, ENABLE);
    expect([osc.read(0x0c, 4), osc.crystalHz]).toEqual([1, 0]);
  });

  it.each([
    ["ULP1K", 0, 1024],
    ["ULP32K", 1, 32_768],
    ["XOSC1K", 4, 1024],
    ["XOSC32K", 5, 32_768],
  ])("clocks the RTC by RTCCTRL.RTCSEL: %s", (_name, source, hz) => {
    osc.write(0x14, 2, ENABLE | EN32K);
    clock.advanceTo(500_000);
    osc.write(0x10, 1, source);
    expect(osc.rtcHz).toBe(hz);
  });

  it("stops at a reserved RTCSEL", () => {
    osc.write(0x10, 1, 2);
    expect(() => osc.rtcHz).toThrow("reserved");
  });
});
