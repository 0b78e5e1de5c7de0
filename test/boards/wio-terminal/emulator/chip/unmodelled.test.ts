import { beforeEach, describe, expect, it } from "vitest";
import {
  UNMODELLED,
  Unmodelled,
} from "../../../../../boards/wio-terminal/emulator/chip/unmodelled";

let told: string[];
beforeEach(() => (told = []));

function make(wanted: string): Unmodelled {
  const [name, base, bytes, resets = []] = UNMODELLED.find(([candidate]) => candidate === wanted) ??
    UNMODELLED[0] ?? [wanted, 0, 0];
  return new Unmodelled(name, base, bytes, resets, (text) => told.push(text));
}

/** Each case has the address, offset, bytes and reset value from Microchip's ATSAMD51P19A.svd. */
describe("a peripheral without a model", () => {
  it.each([
    ["RTC", 0x4000_2400, 0x00, 2, 0],
    ["EIC", 0x4000_2800, 0x1c, 4, 0],
    ["AC", 0x4200_2000, 0x24, 2, 0x101],
    ["DAC", 0x4300_2400, 0x01, 1, 2],
    ["SERCOM1", 0x4000_3400, 0x00, 4, 0],
    ["SERCOM6", 0x4300_0800, 0x1c, 4, 0],
    ["DMAC", 0x4100_a000, 0x14, 4, 0x4040_4040],
    ["DSU", 0x4100_2000, 0x18, 4, 0x6006_0201],
    ["EVSYS", 0x4100_e000, 0x118, 4, 0x8000],
    ["EVSYS", 0x4100_e000, 0x11f, 1, 1],
    ["TCC0", 0x4101_6000, 0x6c, 4, 0xffff_ffff],
    ["TC3", 0x4101_c000, 0x1b, 1, 0xff],
    ["SDHC0", 0x4500_0000, 0x40, 4, 0x27e8_0080],
    ["QSPI", 0x4200_3400, 0x20, 4, 0x200],
  ] as const)(
    "%s reads as after a reset, whatever is written",
    (name, base, offset, size, value) => {
      const part = make(name);
      expect([part.name, part.base]).toEqual([name, base]);
      expect(part.read(offset, size)).toBe(value);
      part.write();
      expect(part.read(offset, size)).toBe(value);
      expect(told[0]).toBe(
        `${name} is not modelled: reads return reset values, and writes are ignored`,
      );
    },
  );

  it("answers narrower and wider reads, and 0 beside its registers", () => {
    expect(make("AC").read(0x25, 1)).toBe(1);
    expect(make("DAC").read(0x00, 4)).toBe(0x200);
    expect(make("PAC").read(0x3fc, 4)).toBe(0);
  });
});
