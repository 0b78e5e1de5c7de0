/** Generates the screen's fonts as C, in the form that screen/font.h describes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD_FOLDER } from "../paths";
import { fingerprint, makeIfMissing } from "../tools";
import { capitalTop, draw, type FontSize, type Glyph, lineHeight } from "./raster";
import { DISC, FIRST, LAST, strokesOf } from "./strokes";

/** All letters, for running text. */
export const SMALL: FontSize = { name: "font_small", capital: 9, pen: 1.5, gap: 1 };
/** All letters, for the most important lines. */
export const LARGE: FontSize = { name: "font_large", capital: 14, pen: 2.4, gap: 1 };
/** Digits only, for the number that is read across a room. */
export const NUMBER: FontSize = { name: "font_number", capital: 46, pen: 6, gap: 3 };
/** The LED's symbol. */
export const LAMP: FontSize = { name: "font_disc", capital: 52, pen: 0, gap: 0 };

const ALL = range(FIRST, LAST);
const DIGITS = range("0".charCodeAt(0), "9".charCodeAt(0));

const FONTS: readonly { size: FontSize; codes: readonly number[] }[] = [
  { size: SMALL, codes: ALL },
  { size: LARGE, codes: ALL },
  { size: NUMBER, codes: DIGITS },
  { size: LAMP, codes: [DISC] },
];

/** @returns the path of the C file */
export async function generateFonts(): Promise<string> {
  const source = `/* Made by build/font/font.ts. */\n#include "font.h"\n${FONTS.map(fontSource).join("")}`;
  const file = join(BUILD_FOLDER, "fonts", `fonts-${fingerprint(source)}.c`);
  await makeIfMissing(file, (path) => {
    writeFileSync(path, source);
    return Promise.resolve();
  });
  return file;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function fontSource({ size, codes }: { size: FontSize; codes: readonly number[] }): string {
  const glyphs = codes.map((code) => draw(strokesOf(code), size));
  const bits: number[] = [];
  const entries = glyphs.map((glyph) => {
    const entry = `{${glyph.width}, ${glyph.advance}, ${bits.length}}`;
    bits.push(...pack(glyph));
    return entry;
  });
  const { name } = size;
  return `
static const uint8_t ${name}_coverage[] = {${bits.join(",")}};
static const glyph ${name}_glyphs[] = {${entries.join(", ")}};
const font ${name} = {
    .first = ${codes[0] ?? 0}, .count = ${codes.length}, .height = ${lineHeight(size)},
    .capital_top = ${capitalTop(size)}, .capital_height = ${Math.round(size.capital)},
    .glyphs = ${name}_glyphs, .coverage = ${name}_coverage,
};
`;
}

/** Packs four pixels into a byte, the first in the lowest bits. Rows are not padded. */
function pack({ coverage }: Glyph): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < coverage.length; i += 4) {
    bytes.push(coverage.slice(i, i + 4).reduce((byte, value, j) => byte | (value << (2 * j)), 0));
  }
  return bytes;
}
