import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import type { Ssd1306Chip } from "./ssd1306-chip";

const WIDTH = 128;
const CELL = { width: 6, height: 8 };
const FONT = "node_modules/@devicescript/graphics/src/text.ts";

/**
 * Reads the font of the screen: characters by the columns of their pixels. An entry of the font has
 * two bytes of character code and six bytes of columns.
 */
function readFont(): Map<string, string> {
  const source = readFileSync(join(ROOT, FONT), "utf8");
  const [, hex = ""] = /function font8[^`]*hex`([^`]*)`/.exec(source) ?? [];
  const bytes = Buffer.from(hex.replaceAll(/\s/g, ""), "hex");
  const font = new Map<string, string>();
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const columns = bytes.subarray(at + 2, at + 8).toString("hex");
    font.set(columns, font.get(columns) ?? String.fromCharCode(bytes.readUInt16LE(at)));
  }
  return font;
}

/**
 * Reads a line of text on the screen, as a person would.
 * @param line 0..7
 * @param size 2 for text of double size
 */
export function readLine(chip: Ssd1306Chip, line: number, size = 1): string {
  const font = readFont();
  let text = "";
  for (let x = 0; x + CELL.width * size <= WIDTH; x += CELL.width * size) {
    const columns = Array.from({ length: CELL.width }, (_, column) => {
      let byte = 0;
      for (let row = 0; row < CELL.height; row++)
        if (chip.pixel(x + column * size, line * CELL.height + row * size)) byte |= 1 << row;
      return byte;
    });
    text += font.get(Buffer.from(columns).toString("hex")) ?? "?";
  }
  return text.trimEnd();
}
