import { describe, expect, it } from "vitest";
import { HARD_FLOAT, runProgram } from "./programs";

describe("the emulated Cortex-M4", () => {
  it("takes exceptions without a trace in what they interrupt", async () => {
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
    expect(fpca).toBe(0); // the handler begins without: ExceptionTaken
    expect([s0, s15, fpscr]).toEqual([0x1111_1111, 0x2222_2222, 0x6000_0000]);
    expect(savedAt).toBe(0x20); // FPCAR
    expect([isSame, fpcaAfter]).toEqual([1, 4]);
    expect(results[8]).toBe(1);
    expect(results[9]).toBeGreaterThan(50);
    // Code that has used none gets a frame of 8 words, and is as before.
    expect([results[12], results[11]]).toEqual([0xffff_fffd, 0]);
  });

  it("stops at floating-point instructions without access to CP10 in CPACR", async () => {
    await expect(runProgram("float-exceptions", ["WITHOUT_CP10"], HARD_FLOAT)).rejects.toThrow(
      /floating-point instructions without CPACR/,
    );
  });

  it("tells where closed memory was touched", async () => {
    const { results } = await runProgram("closed-memory");
    const dataAccess = 1 << 1;
    const addressValid = 1 << 7;
    expect(results.slice(0, 2)).toEqual([dataAccess | addressValid, 0x1fff_fff0]);
  });

  it("stops at an address where nothing is, and names it", async () => {
    await expect(runProgram("nowhere")).rejects.toThrow(/4 bytes at 0x30000000/);
  });

  it("stops at a register that no model knows", async () => {
    await expect(runProgram("unknown-register")).rejects.toThrow(
      /RSTC: write of 4 bytes at offset 0x8/,
    );
  });

  it("stops where a peripheral is used without its clocks", async () => {
    await expect(runProgram("unclocked")).rejects.toThrow(
      /SERCOM0 is used without its bus clock \(MCLK, APBAMASK bit 12\)/,
    );
    await expect(runProgram("unclocked", ["WITH_BUS_CLOCK"])).rejects.toThrow(
      /SERCOM0 is used without its own clock \(GCLK channel 7\)/,
    );
  });
});
