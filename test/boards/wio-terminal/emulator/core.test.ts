import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Samd51 } from "../../../../boards/wio-terminal/emulator/chip/samd51";
import { WioTerminal } from "../../../../boards/wio-terminal/emulator/chip/wio-terminal";
import { HOME } from "../../../../boards/wio-terminal/emulator/nightlight-board";
import { HARD_FLOAT, runProgram } from "./programs";

describe("the emulated Cortex-M4", () => {
  it("takes exceptions without changing the interrupted code's state", async () => {
    const { results } = await runProgram("exceptions");
    const [sameResult, handlerStack, calls, ticks, masked, asleep, unmasked] = results;
    expect(sameResult).toBe(1);
    expect(ticks).toBeGreaterThan(100);
    // Handlers run on the main stack, which the program no longer uses.
    expect(handlerStack).toBeGreaterThan(0x2000_7e00);
    expect(calls).toBe(2);
    expect(masked).toBe(ticks);
    expect(asleep).toBe(ticks);
    expect(unmasked).toBe((ticks ?? 0) + 1);
    expect(results[7]).toBe(((16 + 46) << 16) | ((16 + 47) << 8) | 0xee);
    expect(results[8]).toBe(10);
    expect(results[9]).toBe(1);
  });

  it("keeps floating-point registers across exceptions, in a frame of 26 words", async () => {
    const { results } = await runProgram("float-exceptions", [], HARD_FLOAT);
    const [exceptionReturn, fpca, s0, s15, fpscr, savedAt, isSame, fpcaAfter] = results;
    expect(exceptionReturn).toBe(0xffff_ffed); // table B1-8: process stack, extended frame
    expect(fpca).toBe(0); // cleared at the start of a handler: ExceptionTaken
    expect([s0, s15, fpscr]).toEqual([0x1111_1111, 0x2222_2222, 0x6000_0000]);
    expect(savedAt).toBe(0x20); // FPCAR
    expect([isSame, fpcaAfter]).toEqual([1, 4]);
    expect(results[8]).toBe(1);
    expect(results[9]).toBeGreaterThan(50);
    // Code without floating-point instructions gets a frame of 8 words, and FPCA stays clear.
    expect([results[12], results[11]]).toEqual([0xffff_fffd, 0]);
  });

  it("stops at floating-point instructions without access to CP10 in CPACR", async () => {
    await expect(runProgram("float-exceptions", ["WITHOUT_CP10"], HARD_FLOAT)).rejects.toThrow(
      /floating-point instructions without CPACR/,
    );
  });

  it("reports where closed memory was accessed", async () => {
    const { results } = await runProgram("closed-memory");
    const dataAccess = 1 << 1;
    const addressValid = 1 << 7;
    expect(results.slice(0, 2)).toEqual([dataAccess | addressValid, 0x1fff_fff0]);
  });

  it("stops at an empty address, and names it", async () => {
    await expect(runProgram("nowhere")).rejects.toThrow(/4 bytes at 0x30000000/);
  });

  it("stops at a register without a model", async () => {
    await expect(runProgram("unknown-register")).rejects.toThrow(
      /RSTC: write of 4 bytes at offset 0x8/,
    );
  });

  it("stops if a peripheral is used without its clocks", async () => {
    await expect(runProgram("unclocked")).rejects.toThrow(
      /SERCOM0 is used without its bus clock \(MCLK, APBAMASK bit 12\)/,
    );
    await expect(runProgram("unclocked", ["WITH_BUS_CLOCK"])).rejects.toThrow(
      /SERCOM0 is used without its own clock \(GCLK channel 7\)/,
    );
  });
});

/**
 * A bootloader at address 0. It stores RSTC.RCAUSE and the last word of RAM at 0x20000000, writes
 * the word of a tap, and sleeps.
 */
const BOOTLOADER = {
  vectors: [0x2000_1000, 0x101],
  at: 0x100,
  code: [0x4805, 0x7800, 0x4905, 0x680a, 0x4b05, 0x6018, 0x605a, 0x4c05, 0x600c, 0xbf30, 0xe7fd, 0],
  literals: [0x4000_0c00, 0x2002_fffc, 0x2000_0000, 0xf016_69ef],
} as const;

describe("with a bootloader in place", () => {
  let chip: Samd51;
  beforeEach(() => {
    const { vectors, at, code, literals } = BOOTLOADER;
    chip = new Samd51();
    const words = (list: readonly number[]): Buffer => Buffer.from(Uint32Array.from(list).buffer);
    const program = Buffer.concat([Buffer.from(Uint16Array.from(code).buffer), words(literals)]);
    chip.nvm.program(0, words(vectors));
    chip.nvm.program(at, program);
    chip.powerOn();
  });
  afterEach(() => chip.close());

  /** @returns the cause of the last reset, and the last word of RAM that the bootloader found */
  function left(micros: number): number[] {
    const end = chip.clock.nowMicros + micros;
    for (let steps = 0; chip.clock.nowMicros < end || !chip.isSleeping; steps++) {
      if (steps === 1000) throw new Error("it does not sleep");
      chip.step(chip.clock.nowMicros + 1000);
    }
    return [chip.word(0x2000_0000), chip.word(0x2000_0004)];
  }

  it("starts from address 0 after each reset, and keeps the content of RAM", () => {
    expect(left(1000)[0]).toBe(1); // POR
    chip.pressReset();
    expect(left(1000)).toEqual([1 << 4, 0xf016_69ef]); // EXT, and the first tap
  });

  it("finds at the second of two taps the word that it wrote at the first", () => {
    const wio = new WioTerminal(chip, HOME);
    expect(left(1000)[1]).not.toBe(0xf016_69ef);
    chip.setWord(0x2002_fffc, 0);
    const found: number[] = [];
    wio.doubleTap();
    chip.onReset = () => found.push(chip.word(0x2002_fffc));
    expect(left(200_000)).toEqual([1 << 4, 0xf016_69ef]);
    expect(found).toEqual([0, 0xf016_69ef]);
  });
});
