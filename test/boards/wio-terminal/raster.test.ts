import { describe, expect, it } from "vitest";
import {
  capitalTop,
  draw,
  type FontSize,
  lineHeight,
} from "../../../boards/wio-terminal/build/font/raster";
import type { Strokes } from "../../../boards/wio-terminal/build/font/strokes";

/** A font size at which a unit of the strokes is one pixel. */
const SIZE: FontSize = { name: "font_test", capital: 14, pen: 2, gap: 1 };

/**
 * Draws the glyph as text: a character shows whether none, a third, two thirds or all of a pixel is
 * covered.
 */
function picture(strokes: Strokes, size = SIZE): string[] {
  const { width, height, coverage } = draw(strokes, size);
  return Array.from({ length: height }, (_, row) =>
    coverage
      .slice(row * width, (row + 1) * width)
      .map((covered) => " .+#".charAt(covered))
      .join(""),
  );
}

describe("a glyph", () => {
  it("has room for its strokes, its descender, and the gap to the next glyph", () => {
    expect([lineHeight(SIZE), capitalTop(SIZE)]).toEqual([22, 3]);
    const glyph = draw({ width: 4, path: "M0,0 L4,0" }, SIZE);
    expect([glyph.width, glyph.height, glyph.advance]).toEqual([6, 22, 7]);
    expect(glyph.coverage).toHaveLength(6 * 22);
  });

  it("is covered along the pen's path, but not while the pen is lifted", () => {
    const rows = picture({ width: 6, path: "M0,4 L2,4 M6,4 L6,7" });
    expect(rows.slice(5, 12)).toEqual([
      "        ",
      "+##+  ++",
      "+##+  ##",
      "      ##",
      "      ##",
      "      ++",
      "        ",
    ]);
  });

  it("has quarter ellipses that mirror each other, and curves in between", () => {
    const [across, down, bent] = ["H6,6", "V6,6", "Q6,0 6,6"].map((to) =>
      picture({ width: 6, path: `M0,0 ${to}` }),
    );
    expect(across?.slice(2, 10)).toEqual([
      "+#++    ",
      "+####.  ",
      "  .+##. ",
      "    .## ",
      "     +#+",
      "     .#+",
      "      ##",
      "      ++",
    ]);
    const mirrored = across?.slice(2, 10).map((_, x, rows) => rows.map((row) => row[x]).join(""));
    expect(down?.slice(2, 10)).toEqual(mirrored);
    // A quadratic curve is closer to its corner than a circle.
    expect(bent?.[3]).toBe("+####+  ");
  });

  it.each([
    ["M0,0 Z1,1", 'a path of strokes has "Z1,1"'],
    ["M0,0 L5", 'a path of strokes has "5" where a point should be'],
    ["M0,0 Lx,1", 'a path of strokes has "x,1" where a point should be'],
  ])("stops at %s", (path, words) => {
    expect(() => draw({ width: 6, path }, SIZE)).toThrow(words);
  });

  it("can have its own pen width, multiplied by the font's scale", () => {
    const covered = (pen?: number) =>
      draw({ width: 0, path: "M0,7 L0,7", ...(pen && { pen }) }, SIZE).coverage.filter(Boolean);
    expect(covered(6).length).toBeGreaterThan(covered().length);
  });
});
