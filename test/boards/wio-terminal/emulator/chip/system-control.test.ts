import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { EXCEPTION, Nvic } from "../../../../../boards/wio-terminal/emulator/chip/nvic";
import {
  CFSR,
  SystemControl,
} from "../../../../../boards/wio-terminal/emulator/chip/system-control";
import { SysTick } from "../../../../../boards/wio-terminal/emulator/chip/systick";
import { itHasTheRegisters, repeated } from "./registers";

const LINE = { set: 0x100, clear: 0x180, pend: 0x200, unpend: 0x280, active: 0x300 } as const;
const ICSR = 0xd04;
const AIRCR = 0xd0c;

let nvic: Nvic;
let resets: number;
let system: SystemControl;

function make(): SystemControl {
  nvic = new Nvic();
  resets = 0;
  const tick = new SysTick(
    new VirtualClock(),
    () => 1e6,
    () => undefined,
  );
  return new SystemControl(nvic, tick, () => (resets += 1));
}

beforeEach(() => (system = make()));

describe("the system control space (ARMv7-M, B3.2 to B3.5)", () => {
  itHasTheRegisters(make, {
    ICTR: [0x004, 4, 4], // lines in groups of 32, less one
    ...repeated("NVIC_ISER", 8, 4, [LINE.set, 4, 0]),
    ...repeated("NVIC_ICER", 8, 4, [LINE.clear, 4, 0]),
    ...repeated("NVIC_ISPR", 8, 4, [LINE.pend, 4, 0]),
    ...repeated("NVIC_ICPR", 8, 4, [LINE.unpend, 4, 0]),
    ...repeated("NVIC_IABR", 8, 4, [LINE.active, 4, 0]),
    ...repeated("NVIC_IPR", 34, 4, [0x400, 4, 0, 0xe0e0_e0e0]),
    CPUID: [0xd00, 4, 0x410f_c241], // Cortex-M4 r0p1: its Technical Reference Manual, 4.2
    ICSR: [ICSR, 4, 0],
    VTOR: [0xd08, 4, 0, 0xffff_ff80],
    AIRCR: [AIRCR, 4, 0xfa05_0000],
    SCR: [0xd10, 4, 0, 0x16],
    CCR: [0xd14, 4, 0x200, 0x31b],
    SHPR3: [0xd20, 4, 0, 0xe0e0_e0e0],
    SHCSR: [0xd24, 4, 0],
    CFSR: [0xd28, 4, 0],
    HFSR: [0xd2c, 4, 0],
    DFSR: [0xd30, 4, 0],
    MMFAR: [0xd34, 4, 0, 0xffff_ffff],
    BFAR: [0xd38, 4, 0, 0xffff_ffff],
    AFSR: [0xd3c, 4, 0, 0xffff_ffff],
    CPACR: [0xd88, 4, 0, 0x00f0_0000],
    MPU_TYPE: [0xd90, 4, 0x800], // eight regions
    MPU_CTRL: [0xd94, 4, 0, 7],
    DHCSR: [0xdf0, 4, 0],
    FPCCR: [0xf34, 4, 0xc000_0000],
  });

  it("enables, pends and shows a line by its bit, and ignores bits past the last line", () => {
    system.write(LINE.set + 16, 4, 0xffff_ffff);
    expect(system.read(LINE.set + 16, 4)).toBe(0x1ff); // lines 128 to 136
    system.write(LINE.clear + 16, 4, 0xff);
    expect(system.read(LINE.set + 16, 4)).toBe(0x100);
    system.write(LINE.pend, 4, 1 << 31);
    expect([system.read(LINE.pend, 4), [...nvic.pending]]).toEqual([2 ** 31, [16 + 31]]);
    nvic.enter(16 + 31);
    expect([system.read(LINE.active, 4), system.read(LINE.pend, 4)]).toEqual([2 ** 31, 0]);
    system.write(LINE.pend, 4, 2);
    system.write(LINE.unpend, 4, 2);
    expect(nvic.pending.size).toBe(0);
  });

  it("accepts priorities byte by byte, too", () => {
    system.write(0x400 + 46, 1, 0x40);
    expect(nvic.priority(16 + 46)).toBe(0x40);
    expect(nvic.priority(16 + 45)).toBe(0);
    system.write(0xd23, 1, 0x80); // the last byte of SHPR3
    expect(nvic.priority(EXCEPTION.sysTick)).toBe(0x80);
  });

  it("shows and changes pending and active exceptions in ICSR", () => {
    system.write(ICSR, 4, 1 << 28);
    expect(system.read(ICSR, 4)).toBe((1 << 28) | (EXCEPTION.pendsv << 12));
    system.write(ICSR, 4, 1 << 27);
    system.write(ICSR, 4, 1 << 26);
    expect(system.read(ICSR, 4)).toBe((1 << 26) | (EXCEPTION.sysTick << 12));
    nvic.enter(EXCEPTION.sysTick);
    expect(system.read(ICSR, 4)).toBe(EXCEPTION.sysTick);
    nvic.pend(EXCEPTION.sysTick);
    system.write(ICSR, 4, 1 << 25);
    expect(system.read(ICSR, 4)).toBe(EXCEPTION.sysTick);
  });

  it("takes the vector table's address from VTOR, which the bootloader sets", () => {
    system.setVectorTable(0x4000);
    expect(system.read(0xd08, 4)).toBe(0x4000);
    system.write(0xd08, 4, 0x2000_0400);
    expect(system.vectorTable).toBe(0x2000_0400);
  });

  it("resets the chip by AIRCR.SYSRESETREQ, only with its key", () => {
    system.write(AIRCR, 4, 0x1234_0004);
    expect(resets).toBe(0);
    system.write(AIRCR, 4, 0x05fa_0004);
    expect(resets).toBe(1);
  });

  it("records a fault in CFSR and MMFAR; writing ones clears bits", () => {
    system.noteFault(CFSR.dataAccess, 0x2000_0010);
    system.noteEscalation();
    expect(system.read(0xd28, 4)).toBe(0x82); // DACCVIOL, MMARVALID
    expect(system.read(0xd34, 4)).toBe(0x2000_0010);
    expect(system.read(0xd2c, 4)).toBe(2 ** 30); // FORCED
    system.write(0xd28, 4, 0x80);
    expect(system.read(0xd28, 4)).toBe(0x02);
  });

  it("sends a fault to its own handler if SHCSR enables it", () => {
    expect(system.handles(EXCEPTION.memoryManagement)).toBe(false);
    system.write(0xd24, 4, 1 << 16);
    expect(system.handles(EXCEPTION.memoryManagement)).toBe(true);
    expect(system.handles(EXCEPTION.usage)).toBe(false);
  });

  it("lets code use the FPU by CPACR.CP10, and saves its registers by FPCCR.ASPEN", () => {
    expect([system.allowsFloatingPoint, system.savesFloatingPoint]).toEqual([false, true]);
    system.write(0xd88, 4, 0xf << 20);
    system.write(0xf34, 4, 0);
    expect([system.allowsFloatingPoint, system.savesFloatingPoint]).toEqual([true, false]);
    system.noteFloatingPointFrame(0x2000_0128);
    expect(system.read(0xf38, 4)).toBe(0x2000_0128); // FPCAR
  });

  it("lets the DWT count by DEMCR.TRCENA", () => {
    expect(system.isTracing).toBe(false);
    system.write(0xdfc, 4, 1 << 24);
    expect(system.isTracing).toBe(true);
  });

  it("closes a region of the MPU: RBAR, RASR.SIZE, and AP 0 for no access", () => {
    const size = 2 ** 8;
    system.write(0xd9c, 4, 0x2000_1000 | (1 << 4) | 3); // VALID: region 3
    system.write(0xda0, 4, (7 << 1) | 1);
    expect(system.read(0xd98, 4)).toBe(3);
    expect(system.isClosed(0x2000_1000)).toBe(false); // the MPU is off
    system.write(0xd94, 4, 1);
    const inside = [0x2000_0fff, 0x2000_1000, 0x2000_1000 + size - 1, 0x2000_1000 + size];
    expect(inside.map((at) => system.isClosed(at))).toEqual([false, true, true, false]);
    system.write(0xda0, 4, (3 << 24) | (7 << 1) | 1); // full access
    expect([system.read(0xda0, 4) >>> 24, system.isClosed(0x2000_1000)]).toEqual([3, false]);
    expect(system.read(0xd9c, 4)).toBe(0x2000_1003); // RBAR.REGION, with VALID as zero
    system.reset();
    system.write(0xd98, 4, 3);
    expect([system.read(0xd9c, 4), system.read(0xda0, 4)]).toEqual([3, 0]);
  });
});
