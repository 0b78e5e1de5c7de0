import { beforeEach, describe, expect, it } from "vitest";
import {
  APPLICATION_ADDRESS,
  startApplication,
  StaysInBootloader,
  writeUf2,
} from "../../../../../boards/wio-terminal/emulator/chip/bootloader";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { FLASH_BYTES, Nvmctrl } from "../../../../../boards/wio-terminal/emulator/chip/nvmctrl";
import { RESET_CAUSE } from "../../../../../boards/wio-terminal/emulator/chip/supply";

/**
 * Address of the last word of RAM, and the values that a tap of the reset switch leaves in it
 * (adafruit/uf2-samdx1).
 */
const TAP_WORD = 0x2002_fffc;
const TAP = { stay: 0xf016_69ef, quick: 0xf026_69ef } as const;
const WINDOW_MICROS = 500_000;

let clock: VirtualClock;
let words: Map<number, number>;
let vectors: number | undefined;
let isResetDue: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  words = new Map([[APPLICATION_ADDRESS + 4, 0x4101]]);
  vectors = undefined;
  isResetDue = false;
});

function boot(cause: number): number | undefined {
  const chip = {
    clock,
    word: (address: number) => words.get(address) ?? 0,
    setWord: (address: number, value: number) => words.set(address, value),
    setVectorTable: (address: number) => (vectors = address),
    get isResetDue() {
      return isResetDue;
    },
  };
  let started: number | undefined;
  startApplication(chip, cause, (table) => (started = table));
  return started;
}

describe("the UF2 bootloader", () => {
  it("starts the application immediately at power-on", () => {
    expect(boot(RESET_CAUSE.powerOn)).toBe(APPLICATION_ADDRESS);
    expect([vectors, clock.nowMicros]).toEqual([APPLICATION_ADDRESS, 0]);
  });

  it("waits for a second tap after any other reset, unless it is told not to", () => {
    boot(RESET_CAUSE.external);
    expect(clock.nowMicros).toBe(WINDOW_MICROS);
    words.set(TAP_WORD, TAP.quick);
    boot(RESET_CAUSE.system);
    expect(clock.nowMicros).toBe(WINDOW_MICROS);
    expect(words.get(TAP_WORD)).toBe(0);
  });

  it("stays once if the application asks for it", () => {
    words.set(TAP_WORD, TAP.stay);
    expect(() => boot(RESET_CAUSE.system)).toThrow(StaysInBootloader);
    expect(boot(RESET_CAUSE.system)).toBe(APPLICATION_ADDRESS);
  });

  it.each([
    ["none", 0xffff_ffff],
    ["one that starts in the bootloader", 0x2001],
  ])("stays if there is no valid application: %s", (_what, entry) => {
    words.set(APPLICATION_ADDRESS + 4, entry);
    expect(() => boot(RESET_CAUSE.powerOn)).toThrow("no application");
  });
});

/** Builds a block of a UF2 file: github.com/microsoft/uf2, "file format". */
function block(address: number, change: Readonly<Record<number, number>> = {}): Buffer {
  const bytes = Buffer.alloc(512, 0x77, "latin1");
  const header = [0x0a32_4655, 0x9e5d_5157, 0x2000, address, 256, 0, 1, 0x5511_4460];
  header.forEach((word, index) => bytes.writeUInt32LE(word, 4 * index));
  bytes.writeUInt32LE(0x0ab1_6f30, 508);
  for (const [offset, word] of Object.entries(change)) bytes.writeUInt32LE(word, Number(offset));
  return bytes;
}

describe("a UF2 file", () => {
  let flash: Buffer;
  let nvm: Nvmctrl;
  const nothing = (): undefined => undefined;
  beforeEach(() => {
    flash = Buffer.alloc(FLASH_BYTES);
    nvm = new Nvmctrl({
      ...{ clock, flash, onChange: nothing, onStall: nothing },
      programCounter: () => 0,
    });
  });

  it("erases each block of 8 KB that it writes to, once", () => {
    nvm.program(0x4000, Buffer.alloc(0x4000));
    writeUf2(Buffer.concat([block(0x4000), block(0x4100)]), nvm);
    expect(flash.subarray(0x4000, 0x4200).every((byte) => byte === 0x77)).toBe(true);
    expect(flash.subarray(0x4200, 0x6000).every((byte) => byte === 0xff)).toBe(true);
    expect(flash.subarray(0x6000, 0x8000).every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ["its first magic number", 0, 1],
    ["its second", 4, 1],
    ["its last", 508, 1],
    ["no family", 8, 0],
    ["another chip's family", 28, 0xe48b_ff56],
    ["a length of 255", 16, 255],
    ["an address in the bootloader", 12, 0x3f00],
    ["an address past the flash", 12, 0x8_0000],
    ["an address between pages", 12, 0x4004],
  ])("is refused if a block has the wrong %s", (_what, offset, value) => {
    const file = Buffer.concat([block(0x4000), block(0x4100, { [offset]: value })]);
    expect(() => writeUf2(file, nvm)).toThrow("block 1 would be ignored");
  });

  it("is written without the blocks that the bootloader ignores, if the caller accepts that", () => {
    const ignored: number[] = [];
    const dump = Buffer.concat([block(0x3f00), block(0x4000), block(0x4100, { 28: 1 })]);
    writeUf2(dump, nvm, (index) => ignored.push(index));
    expect(ignored).toEqual([0, 2]);
    expect([flash[0x3f00], flash[0x4000], flash[0x4100]]).toEqual([0xff, 0x77, 0xff]);
  });

  it("is refused if it does not consist of blocks", () => {
    expect(() => writeUf2(Buffer.alloc(0), nvm)).toThrow("not a UF2 file: 0 bytes");
    expect(() => writeUf2(Buffer.alloc(513), nvm)).toThrow("not a UF2 file: 513 bytes");
  });
});
