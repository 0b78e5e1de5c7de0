/** Rasterises strokes: computes how much of each pixel the pen covers. Pure. */
import type { Strokes } from "./strokes";

/** Maximum coverage of a pixel. Two bits store the coverage. */
export const COVERAGE_MAX = 3;

export interface FontSize {
  /** The font's name in C. */
  readonly name: string;
  /** Height of a capital, measured between the centres of the pen, pixels. */
  readonly capital: number;
  /** Width of the pen, pixels. */
  readonly pen: number;
  /** Space between two letters, pixels. */
  readonly gap: number;
}

export interface Glyph {
  readonly width: number;
  readonly height: number;
  /** Distance from the glyph's left edge to the left edge of the next glyph, pixels. */
  readonly advance: number;
  /** Coverage of each pixel by row, 0..COVERAGE_MAX. */
  readonly coverage: readonly number[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Space above the capitals and below the baseline, in the units of the strokes. */
const ABOVE = 2;
const BELOW = 4;
const CAPITAL = 14;
const CURVE_STEPS = 12;

export function lineHeight(size: FontSize): number {
  return Math.ceil(((ABOVE + CAPITAL + BELOW) * size.capital) / CAPITAL + size.pen);
}

/** Distance from the top of a line to the pen's centre at the top of a capital, pixels. */
export function capitalTop(size: FontSize): number {
  return Math.ceil((ABOVE * size.capital) / CAPITAL + size.pen / 2);
}

export function draw(strokes: Strokes, size: FontSize): Glyph {
  const scale = size.capital / CAPITAL;
  const penRadius = (strokes.pen === undefined ? size.pen : strokes.pen * scale) / 2;
  // The pen reaches beyond its path by half its width, so a glyph has this margin on both sides.
  const margin = size.pen / 2;
  const width = Math.ceil(strokes.width * scale + size.pen);
  const height = lineHeight(size);
  const top = capitalTop(size);
  const lines = flatten(strokes.path).map((line) =>
    line.map(({ x, y }) => ({ x: x * scale + margin, y: y * scale + top })),
  );
  const coverage: number[] = [];
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const distance = distanceTo({ x: column + 0.5, y: row + 0.5 }, lines);
      const covered = Math.min(1, Math.max(0, penRadius - distance + 0.5));
      coverage.push(Math.round(covered * COVERAGE_MAX));
    }
  }
  return { width, height, advance: width + size.gap, coverage };
}

function distanceTo(point: Point, lines: readonly (readonly Point[])[]): number {
  let least = Infinity;
  for (const line of lines) {
    for (let i = 1; i < line.length; i += 1) {
      const [from, to] = [line[i - 1], line[i]];
      if (from && to) least = Math.min(least, distanceToSegment(point, from, to));
    }
  }
  return least;
}

function distanceToSegment(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / squared;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(point.x - from.x - t * dx, point.y - from.y - t * dy);
}

/** Converts a path to strokes. Each stroke is a list of points. */
function flatten(path: string): Point[][] {
  const lines: Point[][] = [];
  let line: Point[] = [];
  const words = path.split(" ").filter((word) => word !== "");
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    const to = pointOf(word.slice(1));
    const from = line.at(-1) ?? to;
    switch (word.charAt(0)) {
      case "M":
        line = [to];
        lines.push(line);
        break;
      case "L":
        line.push(to);
        break;
      case "H":
        line.push(...quarter(from, to, { x: to.x, y: from.y }));
        break;
      case "V":
        line.push(...quarter(from, to, { x: from.x, y: to.y }));
        break;
      case "Q":
        i += 1;
        line.push(...bend(from, to, pointOf(words[i] ?? "")));
        break;
      default:
        throw new Error(`a path of strokes has "${word}"`);
    }
  }
  return lines;
}

function pointOf(text: string): Point {
  const [x, y] = text.split(",").map(Number);
  if (x === undefined || y === undefined || Number.isNaN(x + y))
    throw new Error(`a path of strokes has "${text}" where a point should be`);
  return { x, y };
}

/** Points on a quarter of an ellipse, in the rectangle with this corner. */
function quarter(from: Point, to: Point, corner: Point): Point[] {
  const centre = { x: from.x + to.x - corner.x, y: from.y + to.y - corner.y };
  return steps((t) => {
    const [sine, cosine] = [Math.sin((t * Math.PI) / 2), Math.cos((t * Math.PI) / 2)];
    return {
      x: centre.x + (from.x - centre.x) * cosine + (to.x - centre.x) * sine,
      y: centre.y + (from.y - centre.y) * cosine + (to.y - centre.y) * sine,
    };
  });
}

/** Points on a quadratic Bezier curve. */
function bend(from: Point, control: Point, to: Point): Point[] {
  return steps((t) => {
    const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
    return { x: a * from.x + b * control.x + c * to.x, y: a * from.y + b * control.y + c * to.y };
  });
}

function steps(at: (t: number) => Point): Point[] {
  return Array.from({ length: CURVE_STEPS }, (_, i) => at((i + 1) / CURVE_STEPS));
}
