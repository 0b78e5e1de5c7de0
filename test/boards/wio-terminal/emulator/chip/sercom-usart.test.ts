import { beforeEach, describe, expect, it } from "vitest";
import { SercomUsart } from "../../../../../boards/wio-terminal/emulator/chip/sercom-usart";
import { BareChip, itHasTheRegisters } from "./registers";

const ENABLE = 2;
const INTERNAL_LSB_FIRST = (1 << 2) | (1 << 30);
const BOTH = (1 << 16) | (1 << 17);
const FLAG = { dre: 1, txc: 2, rxc: 4, error: 128 } as const;
const STATUS = { frameError: 2, overflow: 4 } as const;
/** Number of the chip's interrupt line SERCOM0_0. */
const LINE = 46;
const HZ = 48e6;
/**
 * Value of BAUD for 115,200 baud: 65,536 * (1 - 16 * 115,200 / 48 MHz). Datasheet, SERCOM,
 * baud-rate equations.
 */
const BAUD_115200 = 63_019;
const BYTE_MICROS = (10 * 1e6) / 115_200;

let chip: BareChip;
let usart: SercomUsart;
let sent: number[];

function make(): SercomUsart {
  chip = new BareChip();
  const wiring = (): undefined => undefined;
  return new SercomUsart(chip, {
    ...{ name: "SERCOM0", base: 0x4000_3000, line: LINE },
    ...{ hz: () => HZ, wiring },
  });
}

beforeEach(() => {
  usart = make();
  sent = [];
  usart.onByte = (byte) => sent.push(byte);
});

function start(): void {
  usart.write(0x0c, 2, BAUD_115200);
  usart.write(0x04, 4, BOTH);
  usart.write(0x00, 4, INTERNAL_LSB_FIRST | ENABLE);
}

const pass = (bytes: number): void =>
  chip.clock.advanceTo(chip.clock.nowMicros + bytes * BYTE_MICROS * 1.001);

describe("SERCOM USART", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 4, 0],
    CTRLB: [0x04, 4, 0, 0x0303_2747],
    CTRLC: [0x08, 4, 0, 0x0373_0f07],
    BAUD: [0x0c, 2, 0, 0xffff],
    INTENCLR: [0x14, 1, 0],
    INTENSET: [0x16, 1, 0],
    INTFLAG: [0x18, 1, 0],
    STATUS: [0x1a, 2, 0],
    SYNCBUSY: [0x1c, 4, 0],
    DATA: [0x28, 4, 0],
  });

  it("has a baud rate by CTRLA.SAMPR: 16 samples, arithmetic or fractional", () => {
    usart.write(0x0c, 2, BAUD_115200);
    expect(usart.baud / 115_200).toBeCloseTo(1, 3);
    usart.write(0x00, 4, 1 << 13);
    usart.write(0x0c, 2, 26 | (1 << 13)); // 48 MHz / (16 (26 + 1/8))
    expect(usart.baud).toBeCloseTo(114_833, -2);
    expect(usart.baud).toBe(HZ / (16 * 26.125));
    usart.write(0x00, 4, 2 << 13);
    expect(() => usart.baud).toThrow("a sampling that is not modelled");
  });

  it("sends ten bits per byte, with one more byte waiting in DATA: INTFLAG.DRE and TXC", () => {
    start();
    expect(usart.read(0x18, 1)).toBe(FLAG.dre);
    usart.write(0x28, 4, 0x41);
    expect(usart.read(0x18, 1)).toBe(FLAG.dre);
    usart.write(0x28, 4, 0x42);
    expect(usart.read(0x18, 1)).toBe(0);
    expect(() => usart.write(0x28, 4, 0)).toThrow("data register is full");
    expect(sent).toEqual([]);
    pass(1);
    expect([sent, usart.read(0x18, 1)]).toEqual([[0x41], FLAG.dre]);
    pass(1);
    expect([sent, usart.read(0x18, 1)]).toEqual([[0x41, 0x42], FLAG.dre | FLAG.txc]);
    usart.write(0x18, 1, FLAG.txc);
    expect(usart.read(0x18, 1)).toBe(FLAG.dre);
  });

  it("receives at the other side's rate, and reading DATA clears the flag: INTFLAG.RXC", () => {
    start();
    usart.deliver(Uint8Array.of(1, 2), 115_200);
    expect(usart.read(0x18, 1) & FLAG.rxc).toBe(0);
    pass(2);
    expect(usart.read(0x28, 4)).toBe(1);
    expect(usart.read(0x18, 1) & FLAG.rxc).toBe(FLAG.rxc);
    expect(usart.read(0x28, 4)).toBe(2);
    expect(usart.read(0x18, 1) & FLAG.rxc).toBe(0);
  });

  it("loses bytes that arrive while its two bytes are full: STATUS.BUFOVF, INTFLAG.ERROR", () => {
    start();
    usart.deliver(Uint8Array.of(1, 2, 3), 115_200);
    pass(3);
    expect([usart.read(0x1a, 2), usart.lost]).toEqual([STATUS.overflow, 1]);
    expect(usart.read(0x18, 1) & FLAG.error).toBe(FLAG.error);
    usart.write(0x1a, 2, STATUS.overflow);
    expect(usart.read(0x1a, 2)).toBe(0);
  });

  it("garbles bytes that arrive at another rate: STATUS.FERR", () => {
    start();
    usart.deliver(Uint8Array.of(0x41), 57_600);
    pass(2);
    expect(usart.read(0x1a, 2)).toBe(STATUS.frameError);
    expect(usart.read(0x28, 4)).not.toBe(0x41);
  });

  it("raises the interrupt line of each flag that INTENSET enables", () => {
    start();
    expect([...chip.lines]).toEqual([]);
    usart.write(0x16, 1, FLAG.dre | FLAG.rxc);
    expect([...chip.lines]).toEqual([LINE]);
    usart.deliver(Uint8Array.of(1), 115_200);
    pass(1);
    expect([...chip.lines].sort()).toEqual([LINE, LINE + 2]);
    usart.write(0x14, 1, FLAG.dre);
    expect([...chip.lines]).toEqual([LINE + 2]);
    expect([usart.read(0x14, 1), usart.read(0x16, 1)]).toEqual([FLAG.rxc, FLAG.rxc]);
  });

  it("neither sends nor receives while it is off", () => {
    expect(() => usart.write(0x28, 4, 1)).toThrow("its transmitter is off");
    usart.deliver(Uint8Array.of(1), 115_200);
    pass(1);
    start();
    expect(usart.read(0x18, 1)).toBe(FLAG.dre);
  });
});
