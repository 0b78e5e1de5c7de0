import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import {
  BLOCK_BYTES,
  FLASH_BYTES,
  Nvmctrl,
} from "../../../../../boards/wio-terminal/emulator/chip/nvmctrl";
import { itHasTheRegisters } from "./registers";

const KEY = 0xa5 << 8;
const COMMAND = { eraseBlock: 1, writePage: 3, writeQuadWord: 4, clearBuffer: 0x15 } as const;
const AT = 0x4_2000;
const PAGE = 512;

let clock: VirtualClock;
let flash: Buffer;
let programCounter: number;
let stalledMicros: number;
let nvm: Nvmctrl;

function make(): Nvmctrl {
  clock = new VirtualClock();
  flash = Buffer.alloc(FLASH_BYTES);
  programCounter = 0x4000;
  stalledMicros = 0;
  return new Nvmctrl({
    clock,
    flash,
    onChange: () => undefined,
    onStall: (micros) => (stalledMicros += micros),
    programCounter: () => programCounter,
  });
}

beforeEach(() => (nvm = make()));

function order(command: number, address: number): void {
  nvm.write(0x14, 4, address);
  nvm.write(0x04, 2, KEY | command);
}

function finish(): void {
  clock.advanceTo(clock.nowMicros + 1e6);
}

/** Stores words into the page buffer, as the core does. */
function fill(address: number, bytes: number, word: number): void {
  for (let at = 0; at < bytes; at += 4) nvm.store(address + at, 4, word);
}

describe("NVMCTRL", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 2, 4, 0xfffc],
    CTRLB: [0x04, 2, 0],
    PARAM: [0x08, 4, 0x0006_0400], // NVMP by the chip: 1,024 pages; PSZ: 512 bytes
    INTFLAG: [0x10, 2, 0],
    STATUS: [0x12, 2, 1], // READY: no operation in progress
    ADDR: [0x14, 4, 0, 0x00ff_ffff],
  });

  it("ignores commands without the key: CTRLB.CMDEX", () => {
    expect(() => nvm.write(0x04, 2, COMMAND.eraseBlock)).toThrow("without its key");
  });

  it("erases the block of 8 KB that contains ADDR: EB", () => {
    nvm.program(AT - 4, Buffer.alloc(BLOCK_BYTES + 8));
    order(COMMAND.eraseBlock, AT + 100);
    expect([nvm.read(0x12, 2), nvm.read(0x10, 2)]).toEqual([0, 0]);
    finish();
    expect([nvm.read(0x12, 2), nvm.read(0x10, 2)]).toEqual([1, 1]);
    expect(flash.subarray(AT, AT + BLOCK_BYTES).every((byte) => byte === 0xff)).toBe(true);
    expect([flash.readUInt32LE(AT - 4), flash.readUInt32LE(AT + BLOCK_BYTES)]).toEqual([0, 0]);
    nvm.write(0x10, 2, 1);
    expect(nvm.read(0x10, 2)).toBe(0);
  });

  it.each([
    ["a page, 512 bytes: WP", COMMAND.writePage, PAGE],
    ["a quad word, 16 bytes: WQW", COMMAND.writeQuadWord, 16],
  ])("writes %s", (_what, command, bytes) => {
    fill(AT, PAGE, 0x1234_5678);
    order(command, AT);
    finish();
    const words = Array.from({ length: PAGE / 4 }, (_, n) => flash.readUInt32LE(AT + 4 * n));
    expect(words.filter((word) => word === 0x1234_5678)).toHaveLength(bytes / 4);
    expect(words[0]).toBe(0x1234_5678);
  });

  it("takes 32 bits at a time into a buffer of one page, and can only clear bits", () => {
    expect(() => nvm.store(AT, 2, 0)).toThrow("a store of 2 bytes");
    nvm.store(AT, 4, 0xffff_00ff);
    nvm.store(AT, 4, 0x00ff_ffff);
    expect(() => nvm.store(AT + PAGE, 4, 0)).toThrow("holds another page");
    order(COMMAND.writeQuadWord, AT);
    finish();
    expect(flash.readUInt32LE(AT)).toBe(0x00ff_00ff);
  });

  it("clears its page buffer: PBC", () => {
    fill(AT, 16, 0);
    order(COMMAND.clearBuffer, AT);
    expect(() => order(COMMAND.writeQuadWord, AT)).toThrow("which is not in the page buffer");
  });

  it("refuses to write to flash that is not erased, and to start a second operation", () => {
    nvm.program(AT, Buffer.alloc(4));
    fill(AT, 16, 0);
    expect(() => order(COMMAND.writeQuadWord, AT)).toThrow("which is not erased");
    order(COMMAND.eraseBlock, AT);
    expect(() => order(COMMAND.eraseBlock, AT)).toThrow("while it is busy");
  });

  it("stalls a core that runs from the same bank, but no other", () => {
    order(COMMAND.eraseBlock, AT);
    expect(stalledMicros).toBe(0);
    finish();
    programCounter = AT + BLOCK_BYTES;
    order(COMMAND.eraseBlock, AT);
    expect(stalledMicros).toBeGreaterThan(0);
  });

  it("does not change the bootloader's flash", () => {
    expect(() => order(COMMAND.eraseBlock, 0x2000)).toThrow("2000 is the bootloader's");
  });

  it("leaves an erase half done if power is cut", () => {
    nvm.program(AT, Buffer.alloc(BLOCK_BYTES));
    order(COMMAND.eraseBlock, AT);
    nvm.cutPower(() => 0.5);
    expect(flash[AT]).toBe(0x80); // bits already erased are ones
    expect(nvm.busy).toBe(false);
  });
});
