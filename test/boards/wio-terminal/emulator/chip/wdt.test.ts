import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { Wdt } from "../../../../../boards/wio-terminal/emulator/chip/wdt";
import { itHasTheRegisters } from "./registers";

const ENABLE = 2;
const ALWAYS_ON = 1 << 7;
const KEY = 0xa5;
/** One cycle of the watchdog's clock, 1,024 Hz. */
const CYCLE_MICROS = 1e6 / 1024;

let clock: VirtualClock;
let expired: number;
let wdt: Wdt;

function make(): Wdt {
  clock = new VirtualClock();
  expired = 0;
  return new Wdt(clock, () => (expired += 1));
}

beforeEach(() => (wdt = make()));

describe("WDT", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 1, 0],
    CONFIG: [0x01, 1, 0xbb],
    INTFLAG: [0x06, 1, 0],
    SYNCBUSY: [0x08, 4, 0],
    CLEAR: [0x0c, 1, 0],
  });

  it.each(Array.from({ length: 12 }, (_, per) => [8 * 2 ** per, per]))(
    "resets the chip after %i cycles: CONFIG.PER %i",
    (cycles, per) => {
      wdt.write(0x01, 1, per);
      wdt.write(0x00, 1, ENABLE);
      clock.advanceTo(cycles * CYCLE_MICROS - 1);
      expect(expired).toBe(0);
      clock.advanceTo(cycles * CYCLE_MICROS);
      expect(expired).toBe(1);
    },
  );

  it("restarts by the key in CLEAR, and resets immediately by any other value", () => {
    wdt.write(0x01, 1, 0);
    wdt.write(0x00, 1, ENABLE);
    for (let n = 1; n <= 10; n++) {
      clock.advanceTo(n * 7 * CYCLE_MICROS);
      wdt.write(0x0c, 1, KEY);
    }
    expect(expired).toBe(0);
    wdt.write(0x0c, 1, 0);
    expect(expired).toBe(1);
  });

  it("is protected while it is on: CONFIG, and CTRLA by ALWAYSON", () => {
    wdt.write(0x00, 1, ENABLE | ALWAYS_ON);
    expect(() => wdt.write(0x01, 1, 0)).toThrow("configured while it is on");
    expect(() => wdt.write(0x00, 1, 0)).toThrow("always on");
  });

  it("stops at a reserved period and at the window mode", () => {
    expect(() => wdt.write(0x01, 1, 0xc)).toThrow("reserved period");
    expect(() => wdt.write(0x00, 1, ENABLE | 4)).toThrow("window mode");
  });

  it("is off after the chip's reset", () => {
    wdt.write(0x00, 1, ENABLE);
    wdt.reset();
    clock.advanceTo(1e8);
    expect(expired).toBe(0);
  });
});
