import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { SysTick } from "../../../../../boards/wio-terminal/emulator/chip/systick";

const CSR = { enable: 1, interrupt: 2, clksource: 4, counted: 1 << 16 } as const;
const OFFSET = { csr: 0, rvr: 4, cvr: 8, calib: 12 } as const;

let clock: VirtualClock;
let ticks: number;
let tick: SysTick;

function make(every = 1): void {
  clock = new VirtualClock();
  ticks = 0;
  tick = new SysTick(
    clock,
    () => 1e6,
    () => (ticks += 1),
    every,
  );
}

beforeEach(() => make());

/** Starts the timer with a period of ten cycles of one microsecond each. */
function start(control: number = CSR.enable | CSR.interrupt): void {
  tick.write(OFFSET.rvr, 9);
  tick.write(OFFSET.csr, control);
}

describe("SysTick (ARMv7-M, B3.3)", () => {
  it("has only the core's clock: CLKSOURCE stays one, CALIB.NOREF is one", () => {
    expect(tick.read(OFFSET.csr)).toBe(CSR.clksource); // the SVD's reset value
    tick.write(OFFSET.csr, 0);
    expect(tick.read(OFFSET.csr)).toBe(CSR.clksource);
    expect(tick.read(OFFSET.calib)).toBe(0x8000_0000);
  });

  it("has 24 bits of reload value", () => {
    tick.write(OFFSET.rvr, 0xffff_ffff);
    expect(tick.read(OFFSET.rvr)).toBe(0x00ff_ffff);
  });

  it("counts down from RVR to 0, with a tick every RVR + 1 cycles", () => {
    start();
    const seen: number[] = [];
    for (let micros = 0; micros <= 20; micros++) {
      clock.advanceTo(micros);
      seen.push(tick.read(OFFSET.cvr));
    }
    const round = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
    expect(seen).toEqual([...round, ...round, 9]);
    expect(ticks).toBe(2);
  });

  it("stays at 0 until a late tick has come", () => {
    start();
    clock.stretch = { micros: () => 13, onAlarm: () => undefined }; // within a run of the core
    expect([tick.read(OFFSET.cvr), ticks]).toEqual([0, 0]);
    clock.stretch = undefined;
    clock.advanceTo(13);
    expect([tick.read(OFFSET.cvr), ticks]).toEqual([6, 1]);
  });

  it("sets COUNTFLAG at a tick, whether or not TICKINT is set; reading clears it", () => {
    start(CSR.enable);
    clock.advanceTo(10);
    expect(tick.read(OFFSET.csr)).toBe(CSR.enable | CSR.clksource | CSR.counted);
    expect(tick.read(OFFSET.csr)).toBe(CSR.enable | CSR.clksource);
    expect(ticks).toBe(0);
  });

  it("restarts when CVR is written, but not when only TICKINT changes", () => {
    start(CSR.enable);
    clock.advanceTo(4);
    tick.write(OFFSET.csr, CSR.enable | CSR.interrupt);
    tick.write(OFFSET.calib, 0);
    expect(tick.read(OFFSET.cvr)).toBe(5);
    tick.write(OFFSET.cvr, 123);
    expect(tick.read(OFFSET.cvr)).toBe(9);
    clock.advanceTo(10);
    expect(ticks).toBe(0);
    clock.advanceTo(14);
    expect(ticks).toBe(1);
  });

  it("is off after the chip's reset", () => {
    start();
    tick.reset();
    clock.advanceTo(100);
    expect([ticks, tick.read(OFFSET.csr), tick.read(OFFSET.cvr)]).toEqual([0, CSR.clksource, 0]);
  });

  it("can merge several ticks into one, while CVR keeps counting", () => {
    make(5);
    start();
    clock.advanceTo(49);
    expect([ticks, tick.read(OFFSET.cvr)]).toEqual([0, 0]);
    clock.advanceTo(50);
    expect([ticks, tick.read(OFFSET.cvr)]).toEqual([1, 9]);
  });
});
