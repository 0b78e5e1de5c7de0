/** Finds text in a picture of the screen, letter by letter in the firmware's fonts. */
import { LARGE, NUMBER, SMALL } from "../../../boards/wio-terminal/build/font/font";
import {
  COVERAGE_MAX,
  draw,
  type FontSize,
  lineHeight,
} from "../../../boards/wio-terminal/build/font/raster";
import { strokesOf } from "../../../boards/wio-terminal/build/font/strokes";
import type { Picture } from "../../../boards/wio-terminal/build/png";

export const FONT = { small: SMALL, large: LARGE, number: NUMBER } as const;

/** Colours of boards/wio-terminal/screen/colors.h, as the display shows them. */
const COLOR = {
  text: shown(240, 244, 248),
  quiet: shown(152, 164, 180),
  lamp: shown(255, 184, 64),
  problem: shown(255, 104, 88),
} as const;
export type Color = keyof typeof COLOR;

/** Whether the picture contains this text, in this font and colour. */
export function shows(
  picture: Picture,
  text: string,
  color: Color,
  font: keyof typeof FONT = "small",
): boolean {
  const letters = bitmap(text, FONT[font]);
  const wanted = COLOR[color];
  const isColored = (x: number, y: number): boolean => {
    const at = (y * picture.width + x) * 3;
    return wanted.every((part, i) => picture.rgb[at + i] === part);
  };
  for (let top = 0; top + letters.height <= picture.height; top += 1) {
    for (let left = 0; left + letters.width <= picture.width; left += 1) {
      const { inked, bare } = letters;
      if (inked.every(([x, y]) => isColored(left + x, top + y))) {
        // A larger letter may contain all of these pixels, so the pixels around them must be empty.
        if (!bare.some(([x, y]) => isColored(left + x, top + y))) return true;
      }
    }
  }
  return false;
}

type Place = readonly [x: number, y: number];

function bitmap(text: string, font: FontSize) {
  const inked: Place[] = [];
  const bare: Place[] = [];
  let left = 0;
  for (const letter of text) {
    const { width, advance, coverage } = draw(strokesOf(letter.charCodeAt(0)), font);
    coverage.forEach((value, i) => {
      const place = [left + (i % width), Math.floor(i / width)] as const;
      if (value === COVERAGE_MAX) inked.push(place);
      else if (value === 0) bare.push(place);
    });
    left += advance;
  }
  if (inked.length === 0) throw new Error(`"${text}" has no ink`);
  return { inked, bare, width: left, height: lineHeight(font) };
}

/** Returns a colour as the display shows it. The firmware sends only 16 bits per pixel. */
function shown(red: number, green: number, blue: number): readonly [number, number, number] {
  const part = (value: number, bits: number): number => {
    const most = (1 << bits) - 1;
    return Math.round(((value >> (8 - bits)) / most) * 255);
  };
  return [part(red, 5), part(green, 6), part(blue, 5)];
}
