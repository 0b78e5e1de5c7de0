/**
 * NVMCTRL and its flash in manual write mode. The flash is erased in blocks of 8 KB, and written in
 * pages or quad words from a page buffer. A store to the page buffer must have 32 bits.
 */
import type { VirtualClock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

export const FLASH_BYTES = 512 * 1024;
export const BLOCK_BYTES = 8192;
const PAGE_BYTES = 512;
const QUAD_WORD_BYTES = 16;
const BANK_BYTES = FLASH_BYTES / 2;
/** Size of the bootloader's part of the flash, which the BOOTPROT fuse protects. */
const PROTECTED_END_ADDRESS = 0x4000;

const KEY = 0xa5;
const COMMAND = { eraseBlock: 1, writePage: 3, writeQuadWord: 4, clearBuffer: 0x15 } as const;
const CTRLA_WMODE = 3 << 4;
const STATUS_READY = 1;
const FLAG_DONE = 1;
/** Datasheet, electrical characteristics: close to the typical figures, not the maximum ones. */
const MICROS = { eraseBlock: 50_000, writePage: 2_500, writeQuadWord: 300 } as const;

/** Time that passes at each status read while the flash is busy, unless an event is due earlier. */
const POLL_MICROS = 100;

export interface NvmOptions {
  readonly clock: VirtualClock;
  /** The flash as the core reads it. */
  readonly flash: Buffer;
  /** Called after the bytes from `begin` to `end` changed without a store by the core. */
  readonly onChange: (begin: number, end: number) => void;
  /** Called if the core must wait because it fetches instructions from the bank in use. */
  readonly onStall: (micros: number) => void;
  readonly programCounter: () => number;
}

interface Work {
  readonly begin: number;
  readonly after: Buffer;
  readonly untilMicros: number;
}

export class Nvmctrl extends RegisterBlock {
  /** Called when an erase or a write begins, with its duration. */
  onWork: (micros: number) => void = () => undefined;
  /** Number of commands since power-on. */
  erases = 0;
  writes = 0;
  private readonly truth = Buffer.alloc(FLASH_BYTES, 0xff);
  private readonly buffer = Buffer.alloc(PAGE_BYTES, 0xff);
  private bufferPage: number | undefined;
  private readonly touched: { address: number; size: number }[] = [];
  private readonly ctrla: Register;
  private readonly address: Register;
  private flags = 0;
  private work: Work | undefined;

  constructor(private readonly options: NvmOptions) {
    super("NVMCTRL", 0x4100_4000, 0x400);
    options.flash.fill(0xff);
    this.ctrla = this.define({ offset: 0x00, size: 2, reset: 4, writable: 0xfffc });
    this.define({
      offset: 0x04,
      size: 2,
      writable: 0,
      written: (value) => {
        if (value >>> 8 !== KEY) throw new Error("NVMCTRL: a command without its key");
        this.command(value & 0x7f);
      },
    });
    this.define({ offset: 0x08, size: 4, reset: 0x0006_0400, writable: 0 }); // PARAM
    this.define({
      offset: 0x10,
      size: 2,
      read: () => this.flags,
      written: (value) => (this.flags &= ~value),
    });
    this.define({
      offset: 0x12,
      size: 2,
      read: () => {
        if (!this.work) return STATUS_READY;
        // The program polls and does nothing else: let some time pass at each read.
        options.onStall(Math.min(POLL_MICROS, options.clock.nextMicros - options.clock.nowMicros));
        return 0;
      },
    });
    this.address = this.define({ offset: 0x14, size: 4, writable: 0x00ff_ffff });
  }

  get busy(): boolean {
    return this.work !== undefined;
  }

  /** Handles a store to a flash address. The value goes to the page buffer. */
  store(address: number, size: number, value: number): boolean {
    if (size !== 4) throw new Error(`NVMCTRL: a store of ${size} bytes at ${address.toString(16)}`);
    const page = address - (address % PAGE_BYTES);
    if (this.bufferPage !== undefined && this.bufferPage !== page)
      throw new Error("NVMCTRL: the page buffer holds another page");
    this.bufferPage = page;
    // Like the flash, the buffer only clears bits.
    const at = address % PAGE_BYTES;
    this.buffer.writeUInt32LE((this.buffer.readUInt32LE(at) & value) >>> 0, at);
    this.touched.push({ address, size });
    return true;
  }

  /**
   * Restores the flash as the core sees it. A store changes that view, but must only reach the page
   * buffer.
   */
  settle(): void {
    for (const { address, size } of this.touched.splice(0))
      this.truth.copy(this.options.flash, address, address, address + size);
  }

  /** Writes the flash from outside, as a programmer does. */
  program(address: number, bytes: Uint8Array): void {
    this.truth.set(bytes, address);
    this.options.flash.set(bytes, address);
    this.options.onChange(address, address + bytes.length);
  }

  contents(begin: number, end: number): Buffer {
    return Buffer.from(this.truth.subarray(begin, end));
  }

  /** Cuts the power: an erase or a write in progress stays half done. @param random 0..1 */
  cutPower(random: () => number): void {
    const { work } = this;
    this.work = undefined;
    if (!work) return;
    const half = Buffer.from(this.contents(work.begin, work.begin + work.after.length));
    for (let at = 0; at < half.length; at++) {
      const mask = Math.floor(random() * 256);
      const [before, after] = [half.readUInt8(at), work.after.readUInt8(at)];
      half.writeUInt8((before & ~mask) | (after & mask), at);
    }
    this.program(work.begin, half);
  }

  override reset(): void {
    super.reset();
    this.flags = 0;
    this.clearBuffer();
    this.settle();
    if (this.work) this.finish(this.work);
  }

  private command(code: number): void {
    if (this.work) throw new Error(`NVMCTRL: command ${code} while it is busy`);
    if (this.get(this.ctrla) & CTRLA_WMODE)
      throw new Error("NVMCTRL: only the manual write mode is modelled");
    const address = this.get(this.address);
    switch (code) {
      case COMMAND.clearBuffer:
        this.clearBuffer();
        this.flags |= FLAG_DONE;
        return;
      case COMMAND.eraseBlock:
        this.erases += 1;
        this.begin(
          address - (address % BLOCK_BYTES),
          Buffer.alloc(BLOCK_BYTES, 0xff),
          MICROS.eraseBlock,
        );
        return;
      case COMMAND.writePage:
        this.writeBuffer(address - (address % PAGE_BYTES), PAGE_BYTES, MICROS.writePage);
        return;
      case COMMAND.writeQuadWord:
        this.writeBuffer(
          address - (address % QUAD_WORD_BYTES),
          QUAD_WORD_BYTES,
          MICROS.writeQuadWord,
        );
        return;
      default:
        throw new Error(`NVMCTRL: command ${code} is not modelled`);
    }
  }

  private writeBuffer(begin: number, length: number, micros: number): void {
    this.settle();
    if (this.bufferPage !== begin - (begin % PAGE_BYTES))
      throw new Error(`NVMCTRL: a write at ${begin.toString(16)}, which is not in the page buffer`);
    const bytes = Buffer.from(
      this.buffer.subarray(begin % PAGE_BYTES, (begin % PAGE_BYTES) + length),
    );
    if (this.truth.subarray(begin, begin + length).some((byte) => byte !== 0xff))
      throw new Error(`NVMCTRL: a write at ${begin.toString(16)}, which is not erased`);
    this.writes += 1;
    this.clearBuffer();
    this.begin(begin, bytes, micros);
  }

  private begin(begin: number, after: Buffer, micros: number): void {
    if (begin < PROTECTED_END_ADDRESS || begin >= FLASH_BYTES)
      throw new Error(`NVMCTRL: ${begin.toString(16)} is the bootloader's, or no flash at all`);
    const { clock, onStall, programCounter } = this.options;
    const work: Work = { begin, after, untilMicros: clock.nowMicros + micros };
    this.work = work;
    this.onWork(micros);
    clock.at(work.untilMicros, () => {
      if (this.work === work) this.finish(work);
    });
    const sameBank = Math.floor(programCounter() / BANK_BYTES) === Math.floor(begin / BANK_BYTES);
    if (sameBank) onStall(micros);
  }

  private finish({ begin, after }: Work): void {
    this.work = undefined;
    this.flags |= FLAG_DONE;
    this.program(begin, after);
  }

  private clearBuffer(): void {
    this.buffer.fill(0xff);
    this.bufferPage = undefined;
  }
}
