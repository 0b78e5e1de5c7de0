import { beforeEach, describe, expect, it } from "vitest";
import { Adc } from "../../../../../boards/wio-terminal/emulator/chip/adc";
import { VirtualClock } from "../../../../../boards/wio-terminal/emulator/chip/clock";
import { itHasTheRegisters } from "./registers";

const CALIBRATION = 0x345;
const ENABLE = 2;
const START = 2;
const DIV32 = 4 << 8;
const FREERUN = 2;
const AGAINST_GROUND = 0x18 << 8;
/**
 * Duration of a conversion. The ADC runs at 48 MHz divided by 32 (CTRLA.PRESCALER). A conversion of
 * 12 bits takes 13 clocks, and SAMPLEN adds five.
 */
const CONVERSION_MICROS = 12;

let clock: VirtualClock;
let level: number;
let adc: Adc;
let misuse: (text: string) => void;

function make(): Adc {
  clock = new VirtualClock();
  level = 0.25;
  const hz = (): number => 48e6;
  const seen = (input: number): number => (input === 15 ? level : 0);
  const base = 0x4300_2000;
  return new Adc({ name: "ADC1", base, clock, hz, calibration: CALIBRATION, level: seen, misuse });
}

/**
 * @param ctrlb value of CTRLB: FREERUN, and RESSEL from bit 3
 * @param avgctrl value of AVGCTRL: SAMPLENUM, and ADJRES from bit 4
 */
function enable(ctrlb = 0, avgctrl = 0): void {
  adc.write(0x48, 2, CALIBRATION);
  adc.write(0x00, 2, DIV32);
  adc.write(0x04, 2, AGAINST_GROUND | 15);
  adc.write(0x06, 2, ctrlb);
  adc.write(0x08, 1, 3); // REFSEL: INTVCC1, which is VDDANA
  adc.write(0x0a, 1, avgctrl);
  adc.write(0x0b, 1, 5);
  adc.write(0x00, 2, DIV32 | ENABLE);
}

function convert(): number {
  adc.write(0x14, 1, START);
  clock.advanceTo(clock.nowMicros + 16 * CONVERSION_MICROS);
  return adc.read(0x40, 2);
}

beforeEach(() => {
  misuse = (text) => {
    throw new Error(text);
  };
  adc = make();
});

describe("ADC", () => {
  itHasTheRegisters(make, {
    CTRLA: [0x00, 2, 0],
    INPUTCTRL: [0x04, 2, 0, 0x9f9f],
    CTRLB: [0x06, 2, 0, 0x0f1f],
    REFCTRL: [0x08, 1, 0, 0x8f],
    AVGCTRL: [0x0a, 1, 0, 0x7f],
    SAMPCTRL: [0x0b, 1, 0, 0xbf],
    SWTRIG: [0x14, 1, 0],
    INTFLAG: [0x2e, 1, 0],
    SYNCBUSY: [0x30, 4, 0],
    CALIB: [0x48, 2, 0, 0x777],
  });

  it("requires the factory's calibration: CALIB", () => {
    expect(() => adc.write(0x00, 2, ENABLE)).toThrow("without the factory's calibration");
  });

  it("converts without the calibration if the chip is tolerant", () => {
    const told: string[] = [];
    misuse = (text) => told.push(text);
    adc = make();
    adc.write(0x00, 2, DIV32);
    adc.write(0x04, 2, AGAINST_GROUND | 15);
    adc.write(0x08, 1, 3);
    adc.write(0x00, 2, DIV32 | ENABLE);
    expect(told).toEqual(["ADC1: enabled without the factory's calibration"]);
    convert();
    expect(convert()).toBe(Math.round(0.25 * 4095));
  });

  it("is ready after a conversion, not before: INTFLAG.RESRDY, cleared by writing one or reading RESULT", () => {
    enable();
    adc.write(0x14, 1, START);
    clock.advanceTo(CONVERSION_MICROS - 0.1);
    expect(adc.read(0x2e, 1)).toBe(0);
    clock.advanceTo(CONVERSION_MICROS + 0.1);
    expect(adc.read(0x2e, 1)).toBe(1);
    adc.write(0x2e, 1, 1);
    expect(adc.read(0x2e, 1)).toBe(0);
    convert();
    expect(adc.read(0x2e, 1)).toBe(0);
  });

  it("gives a doubtful first result after it is enabled, and correct ones afterwards", () => {
    enable();
    expect(convert()).toBe(Math.round(0.75 * 4095)); // how the emulator marks a doubtful result
    expect(convert()).toBe(Math.round(0.25 * 4095));
    expect(convert()).toBe(Math.round(0.25 * 4095));
    adc.write(0x00, 2, DIV32);
    adc.write(0x00, 2, DIV32 | ENABLE);
    expect(convert()).toBe(Math.round(0.75 * 4095));
  });

  it("converts continuously in CTRLB.FREERUN", () => {
    enable(FREERUN);
    adc.write(0x14, 1, START);
    for (const wanted of [0.25, 0.5, 1]) {
      level = wanted;
      clock.advanceTo(clock.nowMicros + 2 * CONVERSION_MICROS);
      expect(adc.read(0x40, 2)).toBe(Math.round(wanted * 4095));
      expect(adc.read(0x2e, 1)).toBe(0);
    }
  });

  it.each([
    ["12 bits", 0 << 3, 0, 4095],
    ["10 bits", 2 << 3, 0, 1023],
    ["8 bits", 3 << 3, 0, 255],
    ["the sum of 16, 16 bits", 1 << 3, 4, 16 * 4095],
    ["the mean of 16 by ADJRES", 1 << 3, 4 | (4 << 4), 4095],
  ])("has a full scale of %s", (_what, resolution, avgctrl, fullScale) => {
    level = 1;
    enable(resolution, avgctrl);
    convert();
    expect(convert()).toBe(fullScale);
  });

  it("is reset by CTRLA.SWRST", () => {
    enable();
    adc.write(0x00, 2, 1);
    expect(adc.read(0x00, 2)).toBe(0);
    expect(adc.read(0x48, 2)).toBe(0);
  });
});
