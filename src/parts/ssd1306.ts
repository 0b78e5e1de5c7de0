import { font8, Image, scaledFont } from "@devicescript/graphics";
import { bus } from "./i2c";

/**
 * I2C address, size and commands of the Solomon Systech SSD1306: datasheet rev. 1.1, sections 8.1.5
 * (I2C), 9 (commands).
 */
const ADDRESS = 0x3c;
const WIDTH_PX = 128;
/** Control bytes that precede commands, and data for the display memory. */
const COMMANDS = 0x00;
const DATA = 0x40;
const COLUMN_ADDRESS = 0x21;
const PAGE_ADDRESS = 0x22;

/**
 * Set-up for a module of 128 × 64 with its own charge pump (datasheet's application note, figure
 * 2), with the socket's side up as on Seeed's expansion board. The memory is written column by
 * column, as `Image` stores it.
 */
const SET_UP = hex`
  ae a8 3f d3 00 40 a1 c8 da 12 81 cf d9 f1 db 40 a4 a6 d5 80 8d 14 20 01 af`;

const SMALL = font8();
const LARGE = scaledFont(SMALL, 2);

/** A screen of eight lines of text, each 8 pixels high. */
export class Ssd1306 {
  /**
   * Initialises the screen.
   * @throws Error if the screen does not answer
   */
  async setUp(): Promise<void> {
    await this.send(COMMANDS, SET_UP);
  }

  /**
   * Prints a line of text.
   * @param line 0..7; for double size, the upper of its two lines
   * @param size 1, or 2 for double size
   * @throws Error if the screen does not answer
   */
  async print(line: number, text: string, size: number): Promise<void> {
    const pixels = Buffer.alloc(WIDTH_PX * size);
    const image = Image.alloc(WIDTH_PX, 8 * size, 1, pixels);
    image.print(text, 0, 0, 1, size === 1 ? SMALL : LARGE);
    const range = [COLUMN_ADDRESS, 0, WIDTH_PX - 1, PAGE_ADDRESS, line, line + size - 1];
    await this.send(COMMANDS, Buffer.from(range));
    // One transaction takes 3 ms. The display continues where the last transaction ended.
    for (let at = 0; at < pixels.length; at += WIDTH_PX)
      await this.send(DATA, pixels.slice(at, at + WIDTH_PX));
  }

  private async send(control: number, bytes: Buffer): Promise<void> {
    await bus.writeRegBuf(ADDRESS, control, bytes);
  }
}
