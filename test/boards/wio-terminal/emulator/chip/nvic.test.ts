import { beforeEach, describe, expect, it } from "vitest";
import {
  EXCEPTION,
  INTERRUPT_LINES,
  Nvic,
} from "../../../../../boards/wio-terminal/emulator/chip/nvic";

const OPEN = { primask: 0, faultmask: 0, basepri: 0 };
const of = (line: number): number => EXCEPTION.firstLine + line;

let nvic: Nvic;
beforeEach(() => (nvic = new Nvic()));

function ready(line: number, priority: number): void {
  nvic.enable(line, true);
  nvic.setPriority(of(line), priority);
  nvic.pend(of(line));
}

describe("NVIC (ARMv7-M, B1.5 and B3.4)", () => {
  it("has the chip's 137 lines: DS60001507, nested vector interrupt controller", () => {
    nvic.setLine(INTERRUPT_LINES - 1, true);
    expect(nvic.pending).toContain(of(136));
    expect(() => nvic.setLine(INTERRUPT_LINES, true)).toThrow("no line 137");
  });

  it("stores three bits of each priority: __NVIC_PRIO_BITS of the chip", () => {
    nvic.setPriority(of(0), 0xff);
    expect(nvic.priority(of(0))).toBe(0xe0);
  });

  it("takes the enabled exception with the highest priority, then the lowest number (B1.5.4)", () => {
    nvic.pend(of(3));
    expect(nvic.waiting).toBeUndefined();
    ready(9, 0x40);
    ready(5, 0x40);
    ready(20, 0x20);
    expect(nvic.waiting).toBe(of(20));
    nvic.enter(of(20));
    expect(nvic.waiting).toBe(of(5));
  });

  it("fixes the priorities of NMI and hard fault at -2 and -1", () => {
    nvic.setPriority(EXCEPTION.hardFault, 0xe0);
    expect([EXCEPTION.nmi, EXCEPTION.hardFault].map((n) => nvic.priority(n))).toEqual([-2, -1]);
  });

  it("interrupts only code of lower priority", () => {
    ready(1, 0x80);
    expect(nvic.preempts(of(1), OPEN)).toBe(true);
    nvic.enter(of(1));
    ready(2, 0x80);
    ready(3, 0x60);
    expect(nvic.preempts(of(2), OPEN)).toBe(false);
    expect(nvic.preempts(of(3), OPEN)).toBe(true);
  });

  it("is masked by PRIMASK, BASEPRI and FAULTMASK (B1.4.3)", () => {
    ready(1, 0x40);
    expect(nvic.preempts(of(1), { ...OPEN, primask: 1 })).toBe(false);
    expect(nvic.preempts(EXCEPTION.hardFault, { ...OPEN, primask: 1 })).toBe(true);
    expect(nvic.preempts(of(1), { ...OPEN, basepri: 0x40 })).toBe(false);
    expect(nvic.preempts(of(1), { ...OPEN, basepri: 0x60 })).toBe(true);
    expect(nvic.preempts(EXCEPTION.hardFault, { ...OPEN, faultmask: 1 })).toBe(false);
    expect(nvic.preempts(EXCEPTION.nmi, { ...OPEN, faultmask: 1 })).toBe(true);
  });

  it("pends once when a line goes high, and again at the end if it is still high (B3.4.1)", () => {
    nvic.enable(7, true);
    nvic.setLine(7, true);
    nvic.enter(of(7));
    nvic.setLine(7, true);
    expect(nvic.waiting).toBeUndefined();
    nvic.leave(of(7));
    expect(nvic.waiting).toBe(of(7));
    nvic.enter(of(7));
    nvic.setLine(7, false);
    nvic.leave(of(7));
    expect(nvic.waiting).toBeUndefined();
  });

  it("is cleared by the chip's reset", () => {
    ready(7, 0x40);
    nvic.enter(of(7));
    ready(8, 0x40);
    nvic.reset();
    expect([nvic.waiting, nvic.active, nvic.priority(of(8))]).toEqual([undefined, [], 0]);
    expect(nvic.isEnabled(8)).toBe(false);
  });

  it("refuses to return from an exception that is not active", () => {
    expect(() => nvic.leave(of(7))).toThrow("not active");
  });
});
