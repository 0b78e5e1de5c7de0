import { beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { SercomSpi } from "../../../../../boards/wio-terminal/emulator/chip/sercom-spi";
import { itHasTheRegisters } from "./registers";

const HOST = 3 << 2;
const DOPO_2 = 2 << 16;
const ENABLE = 2;
const FLAG = { dre: 1, txc: 2, rxc: 4 } as const;

let clock: VirtualClock;
let wrong: string | undefined;
let spi: SercomSpi;
let sent: number[];

function make(): SercomSpi {
  clock = new VirtualClock();
  wrong = undefined;
  const wiring = (): string | undefined => wrong;
  return new SercomSpi({ name: "SERCOM7", base: 0x4300_0c00, clock, hz: () => 48e6, wiring });
}

beforeEach(() => {
  spi = make();
  sent = [];
  spi.onByte = (byte) => sent.push(byte);
});

describe("SERCOM SPI", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 4, 0],
    CTRLB: [0x04, 4, 0, 1 << 17], // RXEN; the rest is not modelled
    BAUD: [0x0c, 1, 0, 0xff],
    INTFLAG: [0x18, 1, 0],
    SYNCBUSY: [0x1c, 4, 0],
    DATA: [0x28, 4, 0],
  });

  it("sends 8 bits at GCLK / (2 (BAUD + 1)), with one more byte waiting in DATA: INTFLAG.DRE and TXC", () => {
    spi.write(0x0c, 1, 1); // 12 MHz: 2/3 µs a byte
    spi.write(0x00, 4, HOST | DOPO_2 | ENABLE);
    expect(spi.read(0x18, 1)).toBe(FLAG.dre);
    spi.write(0x28, 4, 0x1a5);
    expect(spi.read(0x18, 1)).toBe(FLAG.dre);
    spi.write(0x28, 4, 0x5a);
    expect(spi.read(0x18, 1)).toBe(0);
    expect(() => spi.write(0x28, 4, 0)).toThrow("data register is full");
    clock.advanceTo(0.7);
    expect(spi.read(0x18, 1)).toBe(FLAG.dre);
    clock.advanceTo(1.4);
    expect(spi.read(0x18, 1)).toBe(FLAG.dre | FLAG.txc);
    expect(sent).toEqual([0xa5, 0x5a]);
  });

  it("receives a byte for each sent byte if CTRLB.RXEN is set: INTFLAG.RXC, until DATA is read", () => {
    spi.write(0x04, 4, 1 << 17);
    spi.write(0x0c, 1, 1);
    spi.write(0x00, 4, HOST | DOPO_2 | ENABLE);
    spi.write(0x28, 4, 0xa5);
    expect(spi.read(0x18, 1) & FLAG.rxc).toBe(0);
    expect(spi.read(0x28, 4)).toBe(0); // too early: no data is removed
    clock.advanceTo(0.7);
    expect(spi.read(0x18, 1)).toBe(FLAG.dre | FLAG.txc | FLAG.rxc);
    expect(spi.read(0x28, 4)).toBe(0); // nothing drives the line
    expect(spi.read(0x18, 1)).toBe(FLAG.dre | FLAG.txc);
  });

  it.each([
    ["MODE: SPI client", (2 << 2) | DOPO_2],
    ["CPHA", HOST | DOPO_2 | (1 << 28)],
    ["CPOL", HOST | DOPO_2 | (1 << 29)],
    ["DORD: LSB first", HOST | DOPO_2 | (1 << 30)],
    ["DOPO: pad 0", HOST],
  ])("stops at a mode without a model, CTRLA.%s", (_name, control) => {
    expect(() => spi.write(0x00, 4, control | ENABLE)).toThrow("SERCOM7:");
  });

  it("stops if its pins are not connected to it", () => {
    wrong = "pin PB19 is not assigned to it";
    expect(() => spi.write(0x00, 4, HOST | DOPO_2 | ENABLE)).toThrow(
      "pin PB19 is not assigned to it",
    );
  });

  it("sends nothing while it is off, and is off after CTRLA.SWRST", () => {
    expect(() => spi.write(0x28, 4, 0)).toThrow("while it is off");
    spi.write(0x00, 4, HOST | DOPO_2 | ENABLE);
    spi.write(0x00, 4, 1);
    expect([spi.read(0x00, 4), spi.read(0x18, 1)]).toEqual([0, 0]);
  });
});
