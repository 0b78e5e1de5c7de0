/**
 * The core's own registers. ARMv7-M Architecture Reference Manual: B3.2 (system control), B3.3
 * (SysTick), B3.4 (NVIC), B3.5 (MPU).
 */
import { EXCEPTION, INTERRUPT_LINES, type Nvic } from "./nvic";
import { type Register, RegisterBlock } from "./registers";
import type { SysTick } from "./systick";

const CPUID_CORTEX_M4 = 0x410f_c241;
const VECTKEY = 0x05fa;
const AIRCR_SYSRESETREQ = 1 << 2;
const ICSR = { pendsvSet: 1 << 28, pendsvClear: 1 << 27, tickSet: 1 << 26, tickClear: 1 << 25 };
const MPU_REGIONS = 8;

const CCR_STKALIGN = 1 << 9;
const SHCSR_ENABLE: Readonly<Record<number, number>> = {
  [EXCEPTION.memoryManagement]: 1 << 16,
  [EXCEPTION.bus]: 1 << 17,
  [EXCEPTION.usage]: 1 << 18,
};
export const CFSR = {
  instructionAccess: 1 << 0,
  dataAccess: 1 << 1,
  memoryStacking: 1 << 4,
  memoryAddressValid: 1 << 7,
  undefinedInstruction: 1 << 16,
} as const;
const HFSR_FORCED = 1 << 30;
const CPACR_CP10 = 3 << 20;
const DEMCR_TRCENA = 1 << 24;
const FPCCR_ASPEN = 1 << 31;

export class SystemControl extends RegisterBlock {
  private readonly vtor: Register;
  private readonly shcsr: Register;
  private readonly cfsr: Register;
  private readonly hfsr: Register;
  private readonly mmfar: Register;
  private readonly cpacr: Register;
  private readonly demcr: Register;
  private readonly fpccr: Register;
  private readonly fpcar: Register;
  private readonly mpuControl: Register;
  private readonly mpu = Array.from({ length: MPU_REGIONS }, () => ({ rbar: 0, rasr: 0 }));

  constructor(nvic: Nvic, tick: SysTick, onResetRequest: () => void) {
    super("System control space", 0xe000_e000, 0x1000);
    this.define({ offset: 0x004, size: 4, reset: 4, writable: 0 }); // ICTR: 160 lines at most
    for (const offset of [0, 4, 8, 12]) {
      this.define({
        offset: 0x010 + offset,
        size: 4,
        read: () => tick.read(offset),
        written: (value) => tick.write(offset, value),
      });
    }
    // Bits past the last line read as zero and ignore writes.
    for (let word = 0; word < 8; word++) this.defineLines(nvic, word);
    for (let line = 0; line < INTERRUPT_LINES; line += 4)
      this.definePriorities(0x400 + line, nvic, EXCEPTION.firstLine + line);

    this.define({ offset: 0xd00, size: 4, reset: CPUID_CORTEX_M4, writable: 0 });
    this.define({
      offset: 0xd04,
      size: 4,
      read: () => {
        const { pending, waiting = 0 } = nvic;
        const pendsv = pending.has(EXCEPTION.pendsv) ? ICSR.pendsvSet : 0;
        const tick = pending.has(EXCEPTION.sysTick) ? ICSR.tickSet : 0;
        return (nvic.active.at(-1) ?? 0) | (waiting << 12) | pendsv | tick;
      },
      written: (value) => {
        if (value & ICSR.pendsvSet) nvic.pend(EXCEPTION.pendsv);
        if (value & ICSR.pendsvClear) nvic.pending.delete(EXCEPTION.pendsv);
        if (value & ICSR.tickSet) nvic.pend(EXCEPTION.sysTick);
        if (value & ICSR.tickClear) nvic.pending.delete(EXCEPTION.sysTick);
      },
    });
    this.vtor = this.define({ offset: 0xd08, size: 4, writable: 0xffff_ff80 });
    this.define({
      offset: 0xd0c,
      size: 4,
      read: () => 0xfa05_0000,
      written: (value) => {
        if (value >>> 16 === VECTKEY && value & AIRCR_SYSRESETREQ) onResetRequest();
      },
    });
    this.define({ offset: 0xd10, size: 4, writable: 0x16 }); // SCR
    this.define({ offset: 0xd14, size: 4, reset: CCR_STKALIGN, writable: 0x31b }); // CCR
    for (const first of [4, 8, 12]) this.definePriorities(0xd14 + first, nvic, first);
    this.shcsr = this.define({ offset: 0xd24, size: 4, writable: 7 << 16 });
    this.cfsr = this.define(this.oneClears(0xd28));
    this.hfsr = this.define(this.oneClears(0xd2c));
    this.define(this.oneClears(0xd30)); // DFSR
    this.mmfar = this.define({ offset: 0xd34, size: 4 });
    this.define({ offset: 0xd38, size: 4 }); // BFAR
    this.define({ offset: 0xd3c, size: 4 }); // AFSR
    this.cpacr = this.define({ offset: 0xd88, size: 4, writable: 0x00f0_0000 });

    this.define({ offset: 0xd90, size: 4, reset: MPU_REGIONS << 8, writable: 0 }); // MPU_TYPE
    this.mpuControl = this.define({ offset: 0xd94, size: 4, writable: 7 });
    const number = this.define({ offset: 0xd98, size: 4, writable: MPU_REGIONS - 1 });
    const region = (): { rbar: number; rasr: number } => {
      const selected = this.mpu[this.get(number)];
      if (!selected) throw new Error("the MPU has 8 regions");
      return selected;
    };
    const VALID = 1 << 4;
    this.define({
      offset: 0xd9c,
      size: 4,
      read: () => (region().rbar & ~0x1f) | this.get(number),
      written: (value) => {
        if (value & VALID) this.set(number, value & (MPU_REGIONS - 1));
        region().rbar = value;
      },
    });
    this.define({
      offset: 0xda0,
      size: 4,
      read: () => region().rasr,
      written: (value) => (region().rasr = value),
    });
    this.define({ offset: 0xdf0, size: 4, writable: 0 }); // DHCSR: no debugger
    this.demcr = this.define({ offset: 0xdfc, size: 4 });
    this.fpccr = this.define({ offset: 0xf34, size: 4, reset: 0xc000_0000 });
    this.fpcar = this.define({ offset: 0xf38, size: 4, writable: 0xffff_fff8 });
    this.define({ offset: 0xf3c, size: 4 }); // FPDSCR
  }

  get vectorTable(): number {
    return this.get(this.vtor);
  }

  /** Sets VTOR, as the bootloader does before it jumps to the application. */
  setVectorTable(address: number): void {
    this.set(this.vtor, address);
  }

  /** Whether the fault's own handler is enabled. If not, the fault becomes a hard fault. */
  handles(fault: number): boolean {
    return (this.get(this.shcsr) & (SHCSR_ENABLE[fault] ?? 0)) !== 0;
  }

  /** Sets CFSR and MMFAR, which a fault handler reads. */
  noteFault(cause: number, address?: number): void {
    this.set(this.cfsr, this.get(this.cfsr) | cause);
    if (address === undefined) return;
    this.set(this.mmfar, address);
    this.set(this.cfsr, this.get(this.cfsr) | CFSR.memoryAddressValid);
  }

  /** DEMCR.TRCENA: whether the DWT counts. */
  get isTracing(): boolean {
    return (this.get(this.demcr) & DEMCR_TRCENA) !== 0;
  }

  /** CPACR.CP10: B3.2.20. Privileged access is enough, because all code runs privileged here. */
  get allowsFloatingPoint(): boolean {
    return (this.get(this.cpacr) & CPACR_CP10) !== 0;
  }

  /** FPCCR.ASPEN: whether an exception saves the floating-point registers in use. */
  get savesFloatingPoint(): boolean {
    return (this.get(this.fpccr) & FPCCR_ASPEN) !== 0;
  }

  /** Sets FPCAR: the address of a frame's floating-point registers. */
  noteFloatingPointFrame(address: number): void {
    this.set(this.fpcar, address);
  }

  noteEscalation(): void {
    this.set(this.hfsr, this.get(this.hfsr) | HFSR_FORCED);
  }

  /** Whether an MPU region forbids all access. Other access rights are not modelled. */
  isClosed(address: number): boolean {
    if (!(this.get(this.mpuControl) & 1)) return false;
    return this.mpu.some(({ rbar, rasr }) => {
      if (!(rasr & 1) || (rasr >>> 24) & 7) return false;
      const size = 2 ** (((rasr >>> 1) & 0x1f) + 1);
      const base = Math.floor(rbar / size) * size;
      return address >= base && address < base + size;
    });
  }

  override reset(): void {
    super.reset();
    for (const region of this.mpu) region.rbar = region.rasr = 0;
  }

  private defineLines(nvic: Nvic, word: number): void {
    const bits = (of: (line: number) => boolean): number => {
      let value = 0;
      for (let bit = 0; bit < 32; bit++) if (of(32 * word + bit)) value |= 1 << bit;
      return value >>> 0;
    };
    const each = (value: number, act: (line: number) => void): void => {
      for (let bit = 0; bit < 32 && 32 * word + bit < INTERRUPT_LINES; bit++)
        if ((value >>> bit) & 1) act(32 * word + bit);
    };
    const enabled = (): number => bits((line) => nvic.isEnabled(line));
    const pending = (): number => bits((line) => nvic.pending.has(EXCEPTION.firstLine + line));
    const registers: [number, () => number, ((line: number) => void) | undefined][] = [
      [0x100, enabled, (line) => nvic.enable(line, true)],
      [0x180, enabled, (line) => nvic.enable(line, false)],
      [0x200, pending, (line) => nvic.pend(EXCEPTION.firstLine + line)],
      [0x280, pending, (line) => nvic.pending.delete(EXCEPTION.firstLine + line)],
      [0x300, () => bits((line) => nvic.active.includes(EXCEPTION.firstLine + line)), undefined],
    ];
    for (const [offset, read, act] of registers) {
      this.define({
        offset: offset + 4 * word,
        size: 4,
        read,
        written: (value) => act && each(value, act),
      });
    }
  }

  /** Defines a register with the priorities of four exceptions, a byte each. */
  private definePriorities(offset: number, nvic: Nvic, first: number): void {
    const bytes = [0, 1, 2, 3];
    this.define({
      offset,
      size: 4,
      read: () => bytes.reduce((sum, n) => sum | (nvic.priority(first + n) << (8 * n)), 0),
      written: (value, _before, mask) => {
        for (const n of bytes) {
          if ((mask >>> (8 * n)) & 0xff) nvic.setPriority(first + n, (value >>> (8 * n)) & 0xff);
        }
      },
    });
  }

  /** A register in which writing ones clears bits. */
  private oneClears(offset: number): Register {
    const register: Register = {
      offset,
      size: 4,
      writable: 0,
      written: (value, before) => this.set(register, before & ~value),
    };
    return register;
  }
}
