import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { ClockTree } from "../../../../../boards/wio-terminal/emulator/chip/clock-tree";

const GENCTRL = 0x20;
const PCHCTRL = 0x80;
const DPLL = { control: 0x30, ratio: 0x34, reference: 0x38 };
const CPUDIV = 0x05;
const ENABLE = 1 << 8;
const [DFLL, DPLL0, CRYSTAL] = [6, 7, 5];

let clock: VirtualClock;
let changes: number;
let tree: ClockTree;

beforeEach(() => {
  clock = new VirtualClock();
  changes = 0;
  tree = new ClockTree(clock, () => changes++);
});

function write(name: string, offset: number, size: number, value: number): void {
  const found = tree.peripherals.find((peripheral) => peripheral.name === name);
  if (!found) throw new Error(`no ${name}`);
  found.write(offset, size, value);
}

/** Runs generator 1 at 1 MHz, and DPLL0 from that at `megahertz`. */
function startDpll(megahertz: number): void {
  write("GCLK", GENCTRL + 4, 4, (48 << 16) | ENABLE | DFLL);
  write("GCLK", PCHCTRL + 4, 4, (1 << 6) | 1);
  write("OSCCTRL", DPLL.ratio, 4, megahertz - 1);
  write("OSCCTRL", DPLL.reference, 4, 0);
  write("OSCCTRL", DPLL.control, 1, 2);
  clock.advanceTo(clock.nowMicros + 1000);
}

describe("the clock tree", () => {
  it("runs the core at 48 MHz after a reset, and all channels are off", () => {
    expect([tree.coreHz, tree.channelHz(7)]).toEqual([48e6, 0]);
  });

  it("reaches 120 MHz as the board does: generator, channel, DPLL, generator, core", () => {
    startDpll(120);
    write("GCLK", GENCTRL, 4, ENABLE | DPLL0);
    expect([tree.channelHz(1), tree.coreHz]).toEqual([1e6, 120e6]);
    write("MCLK", CPUDIV, 1, 4);
    expect(tree.coreHz).toBe(30e6);
  });

  it("refuses a core that is too fast, or without a clock", () => {
    startDpll(121);
    write("GCLK", GENCTRL, 4, ENABLE | DPLL0);
    expect(() => tree.coreHz).toThrow("the core would run at 121000000 Hz");
    write("GCLK", GENCTRL, 4, ENABLE | CRYSTAL);
    expect(() => tree.coreHz).toThrow("the core has no clock");
  });

  it("reports each write to an oscillator, a generator or the core's divider", () => {
    write("OSCCTRL", 0x1c, 1, 2);
    write("OSC32KCTRL", 0x14, 2, 2);
    write("GCLK", GENCTRL + 4, 4, ENABLE | DFLL);
    write("MCLK", CPUDIV, 1, 2);
    expect(changes).toBe(4);
  });
});
