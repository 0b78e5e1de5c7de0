/**
 * A Cortex-M4: Unicorn executes the instructions, and this class adds the exceptions. ARMv7-M
 * Architecture Reference Manual, B1.5.
 *
 * Not modelled: division by zero as a fault, unaligned-access faults, and MPU regions that close a
 * part of mapped memory.
 */
import { FloatingPoint } from "./floating-point";
import { hexAddress } from "./hex";
import type { Memory } from "./memory";
import { EXCEPTION, type Masks, type Nvic } from "./nvic";
import { CFSR, type SystemControl } from "./system-control";
import type { InvalidAccess, Unicorn } from "./unicorn";
import { Registers } from "./unicorn-registers";

/** QEMU's exception numbers. */
const QEMU_SVC = 2;
const QEMU_EXCEPTION_EXIT = 8;

/**
 * Values of EXC_RETURN for a frame without floating-point registers. A branch to such a value
 * clears the lowest bit.
 */
const EXC_RETURN = { handler: 0xffff_fff1, threadMain: 0xffff_fff9, threadProcess: 0xffff_fffd };
const CONTROL_SPSEL = 2;
const XPSR_EXCEPTION = 0x1ff;
const XPSR_THUMB = 1 << 24;
/**
 * The bits of the position in an IT block. A handler begins outside any IT block: B1.5.6,
 * ExceptionTaken.
 */
const XPSR_IT = 0x0600_fc00;
/** Set in a stacked xPSR if the stack was not aligned to 8 bytes. */
const XPSR_REALIGNED = 1 << 9;
const STACKED = ["r0", "r1", "r2", "r3", "r12", "lr"] as const;

const FETCH_UNMAPPED = 21;

export class CoreFault extends Error {}

export class Core {
  sleeping = false;
  private pc = 0;
  private readonly floating: FloatingPoint;
  private readonly masking = new Registers(["primask", "faultmask", "basepri"]);
  /** Registers read together at exception entry. */
  private readonly before = new Registers(["control", "sp", "xpsr", "msp", ...STACKED]);
  /** Registers written together at exception return. */
  private readonly after = new Registers(["msp", ...STACKED]);

  constructor(
    private readonly unicorn: Unicorn,
    readonly nvic: Nvic,
    private readonly system: SystemControl,
    private readonly memory: Memory,
  ) {
    this.floating = new FloatingPoint(unicorn, system, memory);
  }

  /** Address of the next instruction. */
  get programCounter(): number {
    return this.pc;
  }

  get inHandler(): boolean {
    return this.nvic.active.length > 0;
  }

  /**
   * @param vectors address of the vector table, which begins with the main stack and the reset
   * handler
   */
  start(vectors: number): void {
    this.sleeping = false;
    for (const name of ["control", "primask", "basepri", "faultmask"] as const)
      this.unicorn.write(name, 0);
    this.unicorn.write("xpsr", XPSR_THUMB);
    this.unicorn.write("msp", this.memory.word(vectors));
    this.pc = this.memory.word(vectors + 4) & ~1;
  }

  /** Takes the most urgent exception, if one can be taken now. */
  takeException(): boolean {
    const exception = this.nvic.waiting;
    if (exception === undefined) return false;
    this.sleeping = false; // WFI ends even if the exception is masked
    if (!this.nvic.preempts(exception, this.masks())) return false;
    this.enter(exception);
    return true;
  }

  /** Executes at most about `limit` halfwords of code. */
  run(limit: number): void {
    const { interrupt, access, invalidInstruction } = this.unicorn.run(this.pc, limit);
    const pc = this.unicorn.read("pc");
    this.pc = pc;
    if (access) this.invalidAccess(access);
    else if (invalidInstruction) this.fault(EXCEPTION.usage, CFSR.undefinedInstruction);
    else if (interrupt === QEMU_EXCEPTION_EXIT) this.leave((pc | 1) >>> 0);
    else if (interrupt === QEMU_SVC) this.nvic.pend(EXCEPTION.svcall);
    else if (interrupt !== undefined)
      throw new CoreFault(`exception ${interrupt} of the emulator at ${hexAddress(pc)}`);
    else if (this.unicorn.executed < limit && this.isAfterWfi(pc)) this.sleeping = true;
  }

  /**
   * Whether WFI or WFE ended a run early. If something else ended the run there, sleeping does no
   * harm.
   */
  private isAfterWfi(pc: number): boolean {
    const WFI = 0xbf30;
    const WFE = 0xbf20;
    const half = this.memory.word((pc - 2) & ~3) >>> (((pc - 2) & 2) * 8);
    return (half & 0xffff) === WFI || (half & 0xffff) === WFE;
  }

  private masks(): Masks {
    const { masking } = this;
    this.unicorn.readAll(masking);
    return {
      primask: masking.get("primask"),
      faultmask: masking.get("faultmask"),
      basepri: masking.get("basepri"),
    };
  }

  private invalidAccess({ address, size, type }: InvalidAccess): void {
    const what = `${size} bytes at ${hexAddress(address)}, from ${hexAddress(this.pc)}`;
    if (type !== FETCH_UNMAPPED && this.system.isClosed(address)) {
      this.fault(EXCEPTION.memoryManagement, CFSR.dataAccess, address);
      return;
    }
    throw new CoreFault(`access to ${what}: nothing at this address allows it (${type})`);
  }

  private fault(exception: number, cause: number, address?: number): void {
    this.system.noteFault(cause, address);
    const usable = this.system.handles(exception) && this.nvic.preempts(exception, this.masks());
    if (!usable) {
      this.system.noteEscalation();
      if (!this.nvic.preempts(EXCEPTION.hardFault, this.masks()))
        throw new CoreFault(`lockup: a fault within a fault at ${hexAddress(this.pc)}`);
    }
    this.enter(usable ? exception : EXCEPTION.hardFault);
  }

  private enter(exception: number): void {
    const { before: registers } = this;
    this.unicorn.readAll(registers);
    const control = registers.get("control");
    const extended = this.floating.isInUse(control);
    const processStack = !this.inHandler && (control & CONTROL_SPSEL) !== 0;
    const before = registers.get("sp");
    const realigned = (before & 4) !== 0;
    const frame = (before - this.floating.frameBytes(extended) - (realigned ? 4 : 0)) >>> 0;
    const xpsr = registers.get("xpsr") | XPSR_THUMB;
    const main = processStack ? registers.get("msp") : frame;
    let taken = exception;
    if (this.memory.isRam(frame) && this.memory.isRam(before - 1)) {
      STACKED.forEach((name, index) => {
        this.memory.setWord(frame + 4 * index, registers.get(name));
      });
      this.memory.setWord(frame + 24, this.pc);
      this.memory.setWord(frame + 28, xpsr | (realigned ? XPSR_REALIGNED : 0));
      if (extended) this.floating.save(frame);
    } else if (this.system.isClosed(frame) && this.system.handles(EXCEPTION.memoryManagement)) {
      // The exception stays pending: the stacking fault comes first.
      this.system.noteFault(CFSR.memoryStacking);
      taken = EXCEPTION.memoryManagement;
    } else {
      throw new CoreFault(`no memory for a stack frame at ${hexAddress(frame)}`);
    }
    const lr = this.inHandler
      ? EXC_RETURN.handler
      : processStack
        ? EXC_RETURN.threadProcess
        : EXC_RETURN.threadMain;
    this.nvic.enter(taken);
    if (extended) this.unicorn.write("control", this.floating.control(control, false));
    this.unicorn.write("xpsr", (xpsr & ~(XPSR_EXCEPTION | XPSR_IT)) | taken);
    if (processStack) this.unicorn.write("psp", frame);
    this.unicorn.write("msp", main);
    this.unicorn.write("lr", this.floating.exceptionReturn(lr, extended));
    this.pc = this.memory.word(this.system.vectorTable + 4 * taken) & ~1;
  }

  private leave(value: number): void {
    const ending = this.unicorn.read("xpsr") & XPSR_EXCEPTION;
    this.nvic.leave(ending);
    if (ending !== EXCEPTION.nmi) this.unicorn.write("faultmask", 0);
    const extended = this.floating.isExtended(value);
    const kind = Object.values(EXC_RETURN).find(
      (basic) => this.floating.exceptionReturn(basic, extended) === value,
    );
    if (kind === undefined || (kind === EXC_RETURN.handler) !== this.inHandler)
      throw new CoreFault(`return from exception ${ending} by ${hexAddress(value)}`);
    const pointer = kind === EXC_RETURN.threadProcess ? "psp" : "msp";
    const frame = this.unicorn.read(pointer);
    const xpsr = this.memory.word(frame + 28);
    const main = this.unicorn.read("msp");
    const bytes = this.floating.frameBytes(extended);
    const unstacked = frame + bytes + (xpsr & XPSR_REALIGNED ? 4 : 0);
    this.unicorn.write("xpsr", xpsr & ~XPSR_REALIGNED);
    let control = this.floating.control(this.unicorn.read("control"), extended);
    if (!this.inHandler)
      control = (control & ~CONTROL_SPSEL) | (pointer === "psp" ? CONTROL_SPSEL : 0);
    this.unicorn.write("control", control);
    if (extended) this.floating.restore(frame);
    const { after: registers } = this;
    registers.set("msp", pointer === "msp" ? unstacked : main);
    STACKED.forEach((name, index) => {
      registers.set(name, this.memory.word(frame + 4 * index));
    });
    this.unicorn.writeAll(registers);
    if (pointer === "psp") this.unicorn.write("psp", unstacked);
    this.pc = this.memory.word(frame + 24) & ~1;
  }
}
