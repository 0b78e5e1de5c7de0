/**
 * An ATSAMD51P19A that executes the image in its flash. Time is the chip's own: a halfword of code
 * takes one cycle of the core's clock, and while the core sleeps, time jumps to the next event. A
 * real core needs more cycles for many instructions, and waits for its flash.
 */
import { startApplication } from "./bootloader";
import { Bus } from "./bus";
import { VirtualClock } from "./clock";
import { ClockTree } from "./clock-tree";
import { Core } from "./core";
import { Dwt } from "./dwt";
import { hexAddress } from "./hex";
import { BACKUP_RAM_ADDRESS, Memories } from "./memories";
import { type Memory, RAM_ADDRESS, RAM_BYTES } from "./memory";
import { Nvic } from "./nvic";
import { FLASH_BYTES, Nvmctrl } from "./nvmctrl";
import type { Chip, Peripheral, PinView } from "./peripheral";
import { Port } from "./port";
import { Cmcc, Pm, RESET_CAUSE, Rstc, Supc } from "./supply";
import { SystemControl } from "./system-control";
import { SysTick } from "./systick";
import { Tc } from "./tc";
import { Trng } from "./trng";
import { Unicorn } from "./unicorn";
import { UNMODELLED, Unmodelled } from "./unmodelled";
import { Wdt } from "./wdt";

const REGISTERS = { begin: 0x4000_0000, end: BACKUP_RAM_ADDRESS };
const PRIVATE = { begin: 0xe000_0000, end: 0xe010_0000 };
const ERASED = 0xffff_ffff;

/** Halfwords of code in one run. An event in the chip ends a run early. */
const STRETCH_HALFWORDS = 2400;
/** Halfwords of code in one run while a masked interrupt is pending: one block of code. */
const STRETCH_WHILE_MASKED = 1;

export interface Samd51Options {
  /** Seeds the random numbers and the contents of memory at power-on. */
  readonly seed?: number;
  /** SysTick delivers only one of this many ticks, which speeds up runs of many hours. */
  readonly everyTick?: number;
  /**
   * Makes the chip tolerant, for third-party images. Each misuse that a real board survives, and
   * each access without a model, is reported here once. Without this callback, the first such event
   * ends the emulation.
   */
  readonly onWarning?: (text: string) => void;
}

export class Samd51 implements Chip, Memory {
  readonly clock = new VirtualClock();
  private readonly memories = new Memories();
  readonly port = new Port();
  readonly nvm: Nvmctrl;
  readonly rstc = new Rstc();
  readonly clockTree = new ClockTree(this.clock, () => this.retime());
  /** The bytes of the RAM. */
  readonly ram = this.memories.ram;
  /** Number of halfwords of code executed. */
  instructions = 0;
  onReset: (cause: number) => void = () => undefined;

  private readonly warn: ((text: string) => void) | undefined;
  private readonly unicorn = new Unicorn();
  private readonly nvic = new Nvic();
  private readonly tick: SysTick;
  private readonly system: SystemControl;
  private readonly core: Core;
  private readonly bus: Bus;
  private dwt: Dwt | undefined;
  private hz = 0;
  private resetCause: number | undefined;
  private stalledMicros = 0;
  private random: number;

  constructor({ seed = 0x5eed, everyTick = 1, onWarning }: Samd51Options = {}) {
    this.random = seed;
    this.warn = onWarning && once(onWarning);
    this.tick = new SysTick(
      this.clock,
      () => this.hz,
      () => this.nvic.pend(15),
      everyTick,
    );
    this.nvic.onChange = () => this.unicorn.limit(0);
    this.system = new SystemControl(this.nvic, this.tick, () => this.requestReset("system"));
    this.core = new Core(this.unicorn, this.nvic, this.system, this);
    this.nvm = new Nvmctrl({
      clock: this.clock,
      flash: this.memories.flash,
      onChange: (begin, end) => this.unicorn.forgetCode(begin, end),
      onStall: (micros) => this.stall(micros),
      programCounter: () => this.core.programCounter,
    });
    this.bus = new Bus(
      this.clockTree.mclk,
      (channel) => this.clockTree.channelHz(channel),
      () => `near ${hexAddress(this.core.programCounter)}`,
      this.warn,
    );
    const parts = [...this.clockTree.peripherals, this.nvm, this.rstc, this.port, this.system];
    for (const part of [...parts, new Supc(), new Pm(), new Cmcc()]) this.attach(part);
    this.attach(new Wdt(this.clock, () => this.requestReset("watchdog")));
    this.attach(new Trng(this.clock, () => this.hz, seed));
    this.attach(new Tc(this.clock, () => this.clockTree.channelHz(9)));
    if (this.warn) this.attachUnmodelled(this.warn);

    for (const { base, bytes, isWritable } of this.memories.all)
      this.unicorn.map(base, bytes, isWritable);
    this.unicorn.onReadOnlyWrite = (address, size, value) =>
      address < FLASH_BYTES && this.nvm.store(address, size, value);
    for (const { begin, end } of [REGISTERS, PRIVATE]) {
      this.unicorn.mapRegisters(
        begin,
        end - begin,
        (address, size) => this.bus.read(address, size),
        (address, size, value) => this.bus.write(address, size, value),
      );
    }
  }

  attach(peripheral: Peripheral): void {
    this.bus.attach(peripheral);
  }

  /** Whether a misuse causes a warning instead of ending the emulation. */
  get isTolerant(): boolean {
    return this.warn !== undefined;
  }

  /** Reports a misuse that real hardware accepts silently. @throws unless the chip is tolerant */
  misuse(text: string): void {
    if (!this.warn) throw new Error(text);
    this.warn(text);
  }

  setInterrupt(line: number, pending: boolean): void {
    this.nvic.setLine(line, pending);
  }

  readMemory(address: number, length: number): Uint8Array {
    return this.memories.read(address, length);
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.memories.write(address, bytes);
  }

  pin(name: string): PinView {
    return this.port.pin(name);
  }

  word(address: number): number {
    return this.memories.word(address);
  }

  setWord(address: number, value: number): void {
    this.memories.setWord(address, value);
  }

  isRam(address: number): boolean {
    return address >= RAM_ADDRESS && address < RAM_ADDRESS + RAM_BYTES;
  }

  get isResetDue(): boolean {
    return this.resetCause !== undefined;
  }

  /**
   * Whether the core waits for an interrupt. While it waits, no change in memory is in progress.
   */
  get isSleeping(): boolean {
    return this.core.sleeping;
  }

  /** Sets VTOR, as the bootloader does. */
  setVectorTable(address: number): void {
    this.system.setVectorTable(address);
  }

  /** Starts the chip with random bytes in RAM. */
  powerOn(): void {
    for (const memory of [this.memories.ram, this.memories.backupRam])
      for (let at = 0; at < memory.length; at++) memory[at] = Math.floor(this.nextRandom() * 256);
    this.reset(RESET_CAUSE.powerOn);
  }

  /** Cuts the power, even during an erase or write of the flash. */
  cutPower(): void {
    this.nvm.cutPower(() => this.nextRandom());
  }

  /** Performs one run of instructions, or one jump of time. @param untilMicros limits the jump */
  step(untilMicros: number): void {
    this.core.takeException();
    if (this.core.sleeping) this.clock.advanceTo(Math.min(this.clock.nextMicros, untilMicros));
    else this.execute();
    // A second tap requests another reset while the bootloader waits during the first.
    while (this.resetCause !== undefined) this.reset(this.resetCause);
  }

  close(): void {
    this.unicorn.close();
  }

  /** Pulses the reset pin, as the button or a tap of the switch does. */
  pressReset(): void {
    this.requestReset("external");
  }

  private attachUnmodelled(warn: (text: string) => void): void {
    for (const [name, base, bytes, resets = []] of UNMODELLED)
      this.attach(new Unmodelled(name, base, bytes, resets, warn));
    const isTracing = (): boolean => this.system.isTracing;
    this.dwt = new Dwt(this.clock, () => this.hz, isTracing);
    this.attach(this.dwt);
  }

  private execute(): void {
    const { clock, core, unicorn, hz } = this;
    const stretch = this.nvic.waiting !== undefined ? STRETCH_WHILE_MASKED : STRETCH_HALFWORDS;
    const due = Math.floor(((clock.nextMicros - clock.nowMicros) * hz) / 1e6);
    this.stalledMicros = 0;
    clock.stretch = {
      micros: () => (unicorn.executed * 1e6) / hz + this.stalledMicros,
      onAlarm: (micros) => unicorn.limit(((micros - this.stalledMicros) * hz) / 1e6),
    };
    try {
      core.run(Math.max(1, Math.min(stretch, due)));
    } finally {
      const micros = clock.stretch.micros();
      clock.stretch = undefined;
      this.nvm.settle();
      this.instructions += unicorn.executed;
      clock.advanceTo(clock.nowMicros + micros);
    }
  }

  /** Makes the core wait for the flash without executing anything. */
  private stall(micros: number): void {
    this.stalledMicros += micros;
    this.unicorn.limit(0);
  }

  private requestReset(cause: "system" | "watchdog" | "external"): void {
    this.resetCause ??= RESET_CAUSE[cause];
    this.unicorn.limit(0);
  }

  private reset(cause: number): void {
    this.resetCause = undefined;
    this.nvic.reset();
    this.tick.reset();
    for (const peripheral of this.bus.peripherals) peripheral.reset?.();
    this.rstc.cause = cause;
    this.retime();
    this.onReset(cause);
    // ARMv7-M, B1.5.5: a reset takes stack and handler from address 0. If no bootloader is there, a
    // model of the bootloader performs the part that the application can observe.
    if (this.word(4) !== ERASED) this.core.start(0);
    else startApplication(this, cause, (vectors) => this.core.start(vectors));
  }

  private retime(): void {
    const before = this.hz;
    this.dwt?.settle();
    this.hz = this.clockTree.coreHz;
    if (this.hz === before) return;
    this.unicorn.limit(0);
    this.tick.restart();
  }

  /** Returns a random number by Park and Miller's generator, 0..1. */
  private nextRandom(): number {
    this.random = (this.random * 48_271) % 0x7fff_ffff;
    return this.random / 0x7fff_ffff;
  }
}

/** Drops repeated texts. */
function once(say: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text)) return;
    said.add(text);
    say(text);
  };
}
