import { describe, expect, it } from "vitest";
import { runProgram } from "./programs";

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
