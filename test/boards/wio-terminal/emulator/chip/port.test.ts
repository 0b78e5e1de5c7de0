import { beforeEach, describe, expect, it } from "vitest";
import { Port } from "../../../../../boards/wio-terminal/emulator/chip/port";
import { type Described, itHasTheRegisters, repeated } from "./registers";

const GROUP_BYTES = 0x80;
const make = (): Port => new Port();

/**
 * Registers of group A. DIR and OUT each have three more registers, which clear, set and toggle
 * their bits.
 */
const GROUP: Described = {
  DIR: [0x00, 4, 0, 0xffff_ffff],
  DIRCLR: [0x04, 4, 0],
  DIRSET: [0x08, 4, 0],
  DIRTGL: [0x0c, 4, 0],
  OUT: [0x10, 4, 0, 0xffff_ffff],
  OUTCLR: [0x14, 4, 0],
  OUTSET: [0x18, 4, 0],
  OUTTGL: [0x1c, 4, 0],
  IN: [0x20, 4, 0],
  CTRL: [0x24, 4, 0, 0xffff_ffff],
  ...repeated("PMUX", 16, 1, [0x30, 1, 0, 0xff]),
  ...repeated("PINCFG", 32, 1, [0x40, 1, 0, 0x47]),
};

let port: Port;
beforeEach(() => (port = make()));

describe("PORT", () => {
  itHasTheRegisters(make, GROUP);

  it.each(["B", "C", "D"])("has the same registers for group %s", (letter) => {
    const base = GROUP_BYTES * "ABCD".indexOf(letter);
    for (const [offset, size, reset] of Object.values(GROUP))
      expect(port.read(base + offset, size)).toBe(reset);
  });

  it.each([
    ["DIR", 0x00],
    ["OUT", 0x10],
  ])("changes single bits of %s by its CLR, SET and TGL", (_name, offset) => {
    port.write(offset + 8, 4, 0b1111);
    port.write(offset + 4, 4, 0b0001);
    port.write(offset + 12, 4, 0b1_0010);
    for (const alias of [0, 4, 8, 12]) expect(port.read(offset + alias, 4)).toBe(0b1_1100);
  });

  it("drives a pin if DIR is set, with the level of OUT", () => {
    const pin = port.pin("PC05");
    const levels: boolean[] = [];
    pin.onChange((level) => levels.push(level));
    expect(pin.driven).toBeUndefined();
    port.write(2 * GROUP_BYTES + 0x18, 4, 1 << 5);
    port.write(2 * GROUP_BYTES + 0x08, 4, 1 << 5);
    expect(pin.driven).toBe(true);
    port.write(2 * GROUP_BYTES + 0x14, 4, 1 << 5);
    expect(levels).toEqual([true, false]);
  });

  it("reads a pin in IN only if its input buffer is on: PINCFG.INEN", () => {
    port.pin("PA07").set(true);
    expect(port.read(0x20, 4)).toBe(0);
    port.write(0x47, 1, 2);
    expect(port.read(0x20, 4)).toBe(1 << 7);
    port.pin("PA07").set(false);
    expect(port.read(0x20, 4)).toBe(0);
  });

  it("pulls an undriven pin to the level of OUT: PINCFG.PULLEN", () => {
    const pin = port.pin("PA31");
    port.write(0x5f, 1, 4 | 2);
    port.write(0x10, 4, 0x8000_0000);
    expect(pin.level).toBe(true);
    expect(port.read(0x20, 4)).toBe(0x8000_0000);
    pin.set(false);
    expect(pin.level).toBe(false);
  });

  it("gives a pin to a peripheral: PINCFG.PMUXEN, and PMUX by halves for even and odd pins", () => {
    port.write(GROUP_BYTES + 0x30 + 9, 1, 0x35); // PB18: F, PB19: D
    expect(port.functionOf("PB18")).toBeUndefined();
    for (const pin of [18, 19]) port.write(GROUP_BYTES + 0x40 + pin, 1, 1);
    expect([port.functionOf("PB18"), port.functionOf("PB19")]).toEqual(["F", "D"]);
  });

  it("does not know pins that the chip lacks", () => {
    expect(() => port.pin("PE01")).toThrow("no pin is called PE01");
    expect(() => port.pin("PA32")).toThrow("no pin is called PA32");
  });
});
