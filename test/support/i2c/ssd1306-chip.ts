import type { Chip } from "./chip";

const WIDTH = 128;
const PAGES = 8;

/** Number of parameters of each command that has any: datasheet rev. 1.1, table 9-1. */
const PARAMETERS: Record<number, number> = {
  ...{ 0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2a: 5, 0x81: 1, 0x8d: 1 },
  ...{ 0xa3: 2, 0xa8: 1, 0xd3: 1, 0xd5: 1, 0xd9: 1, 0xda: 1, 0xdb: 1 },
};

/**
 * A simulated SSD1306 of Solomon Systech with 128 × 64 pixels, mounted upside down in its module,
 * as in most modules.
 */
export class Ssd1306Chip implements Chip {
  readonly address = 0x3c;
  /** The display's memory by page and column. Each byte is 8 pixels, the upper one in bit 0. */
  readonly memory = new Uint8Array(WIDTH * PAGES);
  isOn = false;
  hasChargePump = false;
  private isTurned = { columns: false, rows: false };
  private mode = 2;
  private columns: [first: number, last: number] = [0, WIDTH - 1];
  private pages: [first: number, last: number] = [0, PAGES - 1];
  private column = 0;
  private page = 0;
  private pending: number[] = [];

  write([control = 0, ...bytes]: Uint8Array): void {
    // Datasheet, 8.1.5.2: with Co = 0, all following bytes are of one kind, data or commands,
    // chosen by D/C#.
    if (control === 0x40) bytes.forEach((byte) => this.store(byte));
    else if (control === 0x00) bytes.forEach((byte) => this.command(byte));
    else throw new Error(`SSD1306: expected a control byte 0x00 or 0x40, got ${control}`);
  }

  /** Returns the status byte (datasheet, 8.1.5). Bit 6 is set while the display is off. */
  read(count: number): Uint8Array {
    return new Uint8Array(count).fill(this.isOn ? 0 : 0x40);
  }

  /** Fills the display's memory with noise, as after power-on. */
  powerUp(): void {
    this.memory.fill(0xa5);
    this.isOn = this.hasChargePump = false;
    this.mode = 2;
    this.pending = [];
  }

  /** Whether a pixel is visibly lit. False if the display shows nothing. */
  pixel(x: number, y: number): boolean {
    const { columns, rows } = this.isTurned;
    if (!this.isOn || !this.hasChargePump || !columns || !rows) return false;
    return (((this.memory[(y >> 3) * WIDTH + x] ?? 0) >> (y & 7)) & 1) === 1;
  }

  private command(byte: number): void {
    this.pending.push(byte);
    const [code = 0, first = 0, last = 0] = this.pending;
    if (this.pending.length <= (PARAMETERS[code] ?? 0)) return;
    this.pending = [];
    if (code === 0x20) this.mode = first & 3;
    else if (code === 0x21) {
      this.columns = [first, last];
      this.column = first;
    } else if (code === 0x22) {
      this.pages = [first, last];
      this.page = first;
    } else if (code === 0x8d) this.hasChargePump = (first & 4) !== 0;
    else if (code === 0xae || code === 0xaf) this.isOn = code === 0xaf;
    else if (code === 0xa0 || code === 0xa1) this.isTurned.columns = code === 0xa1;
    else if (code === 0xc0 || code === 0xc8) this.isTurned.rows = code === 0xc8;
  }

  /**
   * Stores a byte of data. The pointer then advances as the addressing mode says (datasheet,
   * 10.1.3).
   */
  private store(byte: number): void {
    this.memory[this.page * WIDTH + this.column] = byte;
    if (this.mode === 2) this.column = (this.column + 1) % WIDTH;
    else if (this.mode === 1) this.nextPage(() => this.nextColumn());
    else this.nextColumn(() => this.nextPage());
  }

  private nextColumn(carry?: () => void): void {
    const [first, last] = this.columns;
    if (this.column++ < last) return;
    this.column = first;
    carry?.();
  }

  private nextPage(carry?: () => void): void {
    const [first, last] = this.pages;
    if (this.page++ < last) return;
    this.page = first;
    carry?.();
  }
}
