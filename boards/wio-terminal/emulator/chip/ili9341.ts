/**
 * The display's controller, limited to the commands that the Wio Terminal's firmware uses (ILI9341
 * datasheet, version 1.11, chapter 8). The model rejects an unknown command, and missing or extra
 * parameters. A real display ignores such errors silently.
 */
import type { Picture } from "../../build/png";

/** The panel's own orientation is portrait. */
const COLUMNS = 240;
const ROWS = 320;

/** With the case upright, the panel lies on its side. */
const UPRIGHT_WIDTH = ROWS;
const UPRIGHT_HEIGHT = COLUMNS;

const SOFTWARE_RESET = 0x01;
const SLEEP_IN = 0x10;
const SLEEP_OUT = 0x11;
const DISPLAY_OFF = 0x28;
const DISPLAY_ON = 0x29;
const COLUMN_RANGE = 0x2a;
const ROW_RANGE = 0x2b;
const MEMORY_WRITE = 0x2c;
const MEMORY_ACCESS = 0x36;
const PIXEL_FORMAT = 0x3a;

/** Number of parameters by command. Power and gamma settings do not change the picture here. */
const PARAMETERS: ReadonlyMap<number, number> = new Map([
  [SOFTWARE_RESET, 0],
  [SLEEP_IN, 0],
  [SLEEP_OUT, 0],
  [DISPLAY_OFF, 0],
  [DISPLAY_ON, 0],
  [COLUMN_RANGE, 4],
  [ROW_RANGE, 4],
  [MEMORY_ACCESS, 1],
  [PIXEL_FORMAT, 1],
  [0x26, 1], // gamma curve
  [0xb1, 2], // frame rate
  [0xb6, 3], // display function; a fourth parameter may follow and is not used
  [0xc0, 1], // power 1
  [0xc1, 1], // power 2
  [0xc5, 2], // VCOM 1
  [0xc7, 1], // VCOM 2
  [0xcb, 5], // power control A
  [0xcf, 3], // power control B
  [0xe0, 15], // gamma, positive
  [0xe1, 15], // gamma, negative
  [0xe8, 3], // driver timing A
  [0xea, 2], // driver timing B
  [0xed, 4], // power on sequence
  [0xef, 3], // in no datasheet; Adafruit's and Seeed's libraries send it first
  [0xf2, 1], // three gamma curves
  [0xf7, 1], // pump ratio
]);

const MADCTL = { MY: 0x80, MX: 0x40, MV: 0x20, BGR: 0x08 };
const FORMAT_16_BITS = 0x55;

/** Duration of sleep-out and of a reset (15.4 and 8.2.12). */
const WAKE_MICROS = 120_000;
const AFTER_SLEEP_OUT_MICROS = 5000;

export class DisplayError extends Error {}

export class Ili9341 {
  /** The backlight is not part of the controller: a separate pin switches it. */
  backlight = false;
  /** Number of commands received, for tests. */
  commands = 0;
  pixels = 0;
  private readonly memory = new Uint16Array(COLUMNS * ROWS);
  private command: number | undefined;
  private parameters: number[] = [];
  private asleep = true;
  private isOn = false;
  private madctl = 0;
  private format = 0x66;
  private columns = { first: 0, last: COLUMNS - 1 };
  private rows = { first: 0, last: ROWS - 1 };
  private x = 0;
  private y = 0;
  private highByte: number | undefined;
  private inReset = false;
  private readyMicros = 0;

  /** @param nowMicros used to check that the program observes the controller's waiting times */
  constructor(private readonly nowMicros: () => number) {}

  /** Sets the reset line; true means low. */
  setReset(held: boolean): void {
    if (this.inReset && !held) this.reset();
    this.inReset = held;
  }

  /** Receives a byte. A command byte also completes the previous command. */
  receive(byte: number, isData: boolean): void {
    if (this.inReset) throw new DisplayError("the display is held in reset");
    if (isData) this.receiveData(byte);
    else this.begin(byte);
  }

  /** The picture that a user sees with the Wio Terminal upright. */
  picture(): Picture {
    const rgb = new Uint8Array(UPRIGHT_WIDTH * UPRIGHT_HEIGHT * 3);
    const picture = { width: UPRIGHT_WIDTH, height: UPRIGHT_HEIGHT, rgb };
    if (this.asleep || !this.isOn || !this.backlight) return picture;
    const bgr = (this.madctl & MADCTL.BGR) !== 0;
    for (let y = 0; y < UPRIGHT_HEIGHT; y += 1) {
      for (let x = 0; x < UPRIGHT_WIDTH; x += 1) {
        // The panel's subpixels are in blue-green-red order, which MADCTL.BGR corrects.
        const pixel = this.memory[(ROWS - 1 - x) * COLUMNS + (COLUMNS - 1 - y)] ?? 0;
        const parts = [(pixel >> 11) / 31, ((pixel >> 5) & 0x3f) / 63, (pixel & 0x1f) / 31];
        if (!bgr) parts.reverse();
        const at = (y * UPRIGHT_WIDTH + x) * 3;
        for (const [i, part] of parts.entries()) rgb[at + i] = Math.round(part * 255);
      }
    }
    return picture;
  }

  private reset(): void {
    this.asleep = true;
    this.isOn = false;
    this.madctl = 0;
    this.format = 0x66;
    this.columns = { first: 0, last: COLUMNS - 1 };
    this.rows = { first: 0, last: ROWS - 1 };
    this.command = undefined;
    this.readyMicros = this.nowMicros() + AFTER_SLEEP_OUT_MICROS;
    this.wakeMicros = this.nowMicros() + WAKE_MICROS;
  }

  private wakeMicros = 0;

  private begin(command: number): void {
    this.finish();
    if (command !== MEMORY_WRITE && !PARAMETERS.has(command))
      throw new DisplayError(`the display got the command 0x${command.toString(16)}`);
    if (this.nowMicros() < this.readyMicros)
      throw new DisplayError(`the display got the command 0x${command.toString(16)} too early`);
    this.commands += 1;
    this.command = command;
    this.parameters = [];
    this.highByte = undefined;
    if (command === MEMORY_WRITE) [this.x, this.y] = [this.columns.first, this.rows.first];
    if (PARAMETERS.get(command) === 0) this.obey(command, []);
  }

  private finish(): void {
    const wanted = this.command === undefined ? 0 : (PARAMETERS.get(this.command) ?? 0);
    if (this.command === undefined || this.parameters.length === wanted) return;
    throw new DisplayError(
      `the command 0x${this.command.toString(16)} has ${this.parameters.length} of ${wanted} parameters`,
    );
  }

  private receiveData(byte: number): void {
    if (this.command === undefined) throw new DisplayError("the display got data before a command");
    if (this.command === MEMORY_WRITE) {
      this.receivePixels(byte);
      return;
    }
    this.parameters.push(byte);
    const wanted = PARAMETERS.get(this.command) ?? 0;
    if (this.parameters.length > wanted)
      throw new DisplayError(
        `the command 0x${this.command.toString(16)} has more than ${wanted} parameters`,
      );
    if (this.parameters.length === wanted) this.obey(this.command, this.parameters);
  }

  private obey(command: number, parameters: readonly number[]): void {
    const [a = 0, b = 0, c = 0, d = 0] = parameters;
    switch (command) {
      case SOFTWARE_RESET:
        this.reset();
        break;
      case SLEEP_OUT:
        if (this.nowMicros() < this.wakeMicros)
          throw new DisplayError("sleep-out less than 120 ms after a reset or sleep-in");
        this.asleep = false;
        this.readyMicros = this.nowMicros() + AFTER_SLEEP_OUT_MICROS;
        break;
      case SLEEP_IN:
        this.asleep = true;
        this.wakeMicros = this.nowMicros() + WAKE_MICROS;
        break;
      case DISPLAY_ON:
        this.isOn = true;
        break;
      case DISPLAY_OFF:
        this.isOn = false;
        break;
      case COLUMN_RANGE:
        this.columns = range("columns", (a << 8) | b, (c << 8) | d, this.width);
        break;
      case ROW_RANGE:
        this.rows = range("rows", (a << 8) | b, (c << 8) | d, this.height);
        break;
      case MEMORY_ACCESS:
        this.madctl = a;
        break;
      case PIXEL_FORMAT:
        this.format = a;
        break;
    }
  }

  private get width(): number {
    return this.madctl & MADCTL.MV ? ROWS : COLUMNS;
  }

  private get height(): number {
    return this.madctl & MADCTL.MV ? COLUMNS : ROWS;
  }

  private receivePixels(byte: number): void {
    if (this.format !== FORMAT_16_BITS)
      throw new DisplayError(`pixels of the format 0x${this.format.toString(16)}`);
    if (this.highByte === undefined) {
      this.highByte = byte;
      return;
    }
    if (this.y > this.rows.last) throw new DisplayError("more pixels than the window has");
    this.memory[this.placeOf(this.x, this.y)] = (this.highByte << 8) | byte;
    this.highByte = undefined;
    this.pixels += 1;
    this.x += 1;
    if (this.x > this.columns.last) [this.x, this.y] = [this.columns.first, this.y + 1];
  }

  /** The memory index of a pixel (8.2.29): MV exchanges x and y, then MX and MY mirror. */
  private placeOf(x: number, y: number): number {
    const [column, row] = this.madctl & MADCTL.MV ? [y, x] : [x, y];
    const physicalColumn = this.madctl & MADCTL.MX ? COLUMNS - 1 - column : column;
    const physicalRow = this.madctl & MADCTL.MY ? ROWS - 1 - row : row;
    return physicalRow * COLUMNS + physicalColumn;
  }
}

function range(what: string, first: number, last: number, size: number) {
  if (first > last || last >= size)
    throw new DisplayError(`${what} ${first} to ${last} of a display that has ${size}`);
  return { first, last };
}
