import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { Tc } from "../../../../../boards/wio-terminal/emulator/chip/tc";
import { itHasTheRegisters } from "./registers";

const ENABLE = 2;
const COUNT32 = 2 << 2;
const READSYNC = 4 << 5;

let clock: VirtualClock;
let tc: Tc;

function make(): Tc {
  clock = new VirtualClock();
  return new Tc(clock, () => 48e6);
}

beforeEach(() => (tc = make()));

function count(): number {
  tc.write(0x05, 1, READSYNC);
  return tc.read(0x14, 4);
}

describe("TC, 32 bits", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 4, 0],
    CTRLBCLR: [0x04, 1, 0],
    CTRLBSET: [0x05, 1, 0],
    SYNCBUSY: [0x10, 4, 0],
    COUNT: [0x14, 4, 0],
  });

  it.each([1, 2, 4, 8, 16, 64, 256, 1024])(
    "divides its clock by %i: CTRLA.PRESCALER",
    (divider) => {
      const prescaler = [1, 2, 4, 8, 16, 64, 256, 1024].indexOf(divider);
      tc.write(0x00, 4, COUNT32 | ENABLE | (prescaler << 8));
      clock.advanceTo(1024);
      expect(count()).toBe((1024 * 48) / divider);
    },
  );

  it("is read by a command, and keeps the read value until the next: CTRLBSET.CMD, READSYNC", () => {
    tc.write(0x00, 4, COUNT32 | ENABLE);
    clock.advanceTo(10);
    expect(tc.read(0x14, 4)).toBe(0);
    expect(count()).toBe(480);
    clock.advanceTo(20);
    expect(tc.read(0x14, 4)).toBe(480);
  });

  it("wraps at 32 bits", () => {
    tc.write(0x00, 4, COUNT32 | ENABLE);
    clock.advanceTo((2 ** 32 + 96) / 48);
    expect(count()).toBe(96);
  });

  it("stops at another mode or command, and is reset by CTRLA.SWRST", () => {
    expect(() => tc.write(0x00, 4, ENABLE)).toThrow("only the 32-bit mode");
    expect(() => tc.write(0x05, 1, 2 << 5)).toThrow("only the command READSYNC");
    tc.write(0x00, 4, 1);
    expect(tc.read(0x00, 4)).toBe(0);
  });
});
