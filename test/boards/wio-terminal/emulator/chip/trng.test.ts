import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { Trng } from "../../../../../boards/wio-terminal/emulator/chip/trng";
import { itHasTheRegisters } from "./registers";

const ENABLE = 2;
/**
 * Bus clock. The TRNG delivers one word every 84 cycles of the bus (datasheet, TRNG), so at 84 MHz
 * one word every microsecond.
 */
const BUS_HZ = 84e6;

let clock: VirtualClock;
let trng: Trng;

function make(seed = 1): Trng {
  clock = new VirtualClock();
  return new Trng(clock, () => BUS_HZ, seed);
}

beforeEach(() => (trng = make()));

function numbers(): number[] {
  trng.write(0x00, 1, ENABLE);
  return Array.from({ length: 100 }, () => {
    clock.advanceTo(clock.nowMicros + 1);
    return trng.read(0x20, 4);
  });
}

describe("TRNG", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 1, 0, 0x42],
    INTENCLR: [0x08, 1, 0, 1],
    INTFLAG: [0x0a, 1, 0],
  });

  it("has a number after 84 cycles, and the next after 84 more: INTFLAG.DATARDY", () => {
    trng.write(0x00, 1, ENABLE);
    clock.advanceTo(0.9);
    expect(trng.read(0x0a, 1)).toBe(0);
    expect(() => trng.read(0x20, 4)).toThrow("before a number was ready");
    clock.advanceTo(1);
    expect(trng.read(0x0a, 1)).toBe(1);
    trng.read(0x20, 4);
    expect(trng.read(0x0a, 1)).toBe(0);
  });

  it("never has a number while it is off", () => {
    clock.advanceTo(1000);
    expect(trng.read(0x0a, 1)).toBe(0);
  });

  it("repeats with its seed, and does not repeat within a run", () => {
    const first = numbers();
    expect(new Set(first).size).toBe(100);
    trng = make();
    expect(numbers()).toEqual(first);
    trng = make(2);
    expect(numbers()).not.toEqual(first);
  });
});
