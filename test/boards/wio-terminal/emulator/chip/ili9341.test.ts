import { beforeEach, describe, expect, it } from "vitest";
import { DisplayError, Ili9341 } from "../../../../../boards/wio-terminal/emulator/chip/ili9341";

/** Value of MADCTL (8.2.29) for an upright picture on the Wio Terminal: MY, MX, MV and BGR. */
const UPRIGHT = 0xe8;
const WIDTH = 320;

let micros: number;
let display: Ili9341;

beforeEach(() => {
  micros = 1e6;
  display = new Ili9341(() => micros);
  display.backlight = true;
});

function command(code: number, ...parameters: number[]): void {
  display.receive(code, false);
  for (const parameter of parameters) display.receive(parameter, true);
}

function wake(madctl = UPRIGHT): void {
  command(0x36, madctl);
  command(0x3a, 0x55);
  command(0x11);
  micros += 5000;
  command(0x29);
}

function window(left: number, top: number, right: number, bottom: number): void {
  command(0x2a, left >> 8, left & 0xff, right >> 8, right & 0xff);
  command(0x2b, top >> 8, top & 0xff, bottom >> 8, bottom & 0xff);
}

function pixels(...colors: number[]): void {
  command(0x2c, ...colors.flatMap((color) => [color >> 8, color & 0xff]));
}

/** Returns red, green and blue of a visible pixel. */
function at(x: number, y: number): number[] {
  const begin = 3 * (y * WIDTH + x);
  return [...display.picture().rgb.subarray(begin, begin + 3)];
}

const RED = 0xf800;
const GREEN = 0x07e0;
const BLUE = 0x001f;

describe("ILI9341 (data sheet, version 1.11)", () => {
  it("fills the window row by row: column and page address, memory write (8.2.20 to 8.2.22)", () => {
    wake();
    window(318, 238, 319, 239);
    pixels(RED, GREEN, BLUE, 0xffff);
    expect([at(318, 238), at(319, 238)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
    ]);
    expect([at(318, 239), at(319, 239)]).toEqual([
      [0, 0, 255],
      [255, 255, 255],
    ]);
    expect(at(0, 0)).toEqual([0, 0, 0]);
  });

  it("rotates and mirrors by MADCTL (8.2.29)", () => {
    wake(0x28); // MV and BGR: upside down
    window(0, 0, 0, 0);
    pixels(RED);
    expect(at(319, 239)).toEqual([255, 0, 0]);
    command(0x36, 0x08); // portrait
    window(239, 319, 239, 319);
    pixels(BLUE);
    expect(at(0, 0)).toEqual([0, 0, 255]);
  });

  it("swaps red and blue without MADCTL's BGR", () => {
    wake(UPRIGHT & ~8);
    window(0, 0, 0, 0);
    pixels(RED);
    expect(at(0, 0)).toEqual([0, 0, 255]);
  });

  it("is dark while it sleeps, is off, or has no backlight", () => {
    wake();
    window(0, 0, 0, 0);
    pixels(0xffff);
    expect(at(0, 0)).toEqual([255, 255, 255]);
    command(0x28);
    expect(at(0, 0)).toEqual([0, 0, 0]);
    command(0x29);
    display.backlight = false;
    expect(at(0, 0)).toEqual([0, 0, 0]);
    display.backlight = true;
    command(0x10);
    expect(at(0, 0)).toEqual([0, 0, 0]);
  });

  it("needs 120 ms after a reset before sleep-out, and 5 ms afterwards (8.2.12)", () => {
    display.setReset(true);
    expect(() => command(0x29)).toThrow("held in reset");
    display.setReset(false);
    micros += 5000;
    expect(() => command(0x11)).toThrow("less than 120 ms");
    micros += 115_000;
    command(0x11);
    expect(() => command(0x29)).toThrow("too early");
  });

  it("is asleep and off after a software reset (8.2.2), with the default window", () => {
    wake();
    window(5, 5, 5, 5);
    command(0x01);
    micros += 120_000;
    wake();
    pixels(RED);
    expect(at(0, 0)).toEqual([255, 0, 0]);
  });

  it("accepts the start sequence of Adafruit's and Seeed's libraries (chapter 8.4)", () => {
    display.setReset(true);
    display.setReset(false);
    micros += 120_000;
    command(0xef, 0x03, 0x80, 0x02);
    command(0xcf, 0x00, 0xc1, 0x30);
    command(0xed, 0x64, 0x03, 0x12, 0x81);
    command(0xe8, 0x85, 0x00, 0x78);
    command(0xcb, 0x39, 0x2c, 0x00, 0x34, 0x02);
    command(0xf7, 0x20);
    command(0xea, 0x00, 0x00);
    expect(() => command(0x38)).toThrow("0x38"); // idle mode off: not modelled
    expect(display.commands).toBe(7);
  });

  it("stops at errors that a real display ignores", () => {
    wake();
    expect(() => command(0x99)).toThrow(DisplayError);
    expect(() => command(0x2a, 0, 0, 1, 64)).toThrow("columns 0 to 320");
    command(0x36);
    expect(() => command(0x29)).toThrow("0 of 1 parameters");
  });

  it("stops at too many parameters", () => {
    expect(() => command(0x36, UPRIGHT, 0)).toThrow("more than 1 parameters");
  });

  it("stops at too many pixels, and at pixels of another format", () => {
    wake();
    window(0, 0, 0, 0);
    expect(() => pixels(1, 2)).toThrow("more pixels than the window has");
    command(0x3a, 0x66);
    expect(() => pixels(1)).toThrow("format 0x66");
  });
});
