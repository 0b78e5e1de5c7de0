/**
 * The screen's letters, as strokes of a round pen. Units: capitals are 14 high, from y = 0 at the
 * top to the baseline at 14; descenders end at 18.
 *
 *   M x,y        moves the lifted pen to the point
 *   L x,y        draws a line to the point
 *   H x,y        draws a quarter of an ellipse, which starts horizontally and ends vertically
 *   V x,y        draws a quarter of an ellipse, which starts vertically and ends horizontally
 *   Q x,y x,y    draws a curve, which starts towards the first point and ends at the second
 */
export interface Strokes {
  /** Distance from the leftmost to the rightmost centre of the pen. */
  readonly width: number;
  readonly path: string;
  /** The pen's width, if different from the font's. */
  readonly pen?: number;
}

/** Codes beyond ASCII, for symbols. screen/font.h defines the same codes. */
const ELLIPSIS = 0x7f;
export const DISC = 0x80;
/** The code that replaces a letter without strokes. */
export const UNKNOWN = 0x81;

const BOWL_RIGHT = "M0,8 V3.5,4.5 H7,8 L7,10.5 V3.5,14 H0,10.5";
const BOWL_LEFT = "M7,8 V3.5,4.5 H0,8 L0,10.5 V3.5,14 H7,10.5";
const S_CAPITAL = "M8.5,3.2 V4.3,0 H0,3.5 V4.3,7 H8.5,10.5 V4.3,14 H0,10.8";
const O_CAPITAL = "M5,0 H10,4.5 L10,9.5 V5,14 H0,9.5 L0,4.5 V5,0";
const P_CAPITAL = "M0,14 L0,0 L4.8,0 H9,4 V4.8,8 L0,8";

const LETTERS: Readonly<Record<string, readonly [width: number, path: string]>> = {
  " ": [3, ""],
  "!": [1, "M0.5,0 L0.5,9.5 M0.5,13.6 L0.5,13.7"],
  '"': [3.5, "M0,0 L0,4 M3.5,0 L3.5,4"],
  "#": [9, "M3,1 L1.5,13 M7.5,1 L6,13 M0,4.8 L9,4.8 M0,9.2 L9,9.2"],
  $: [8.5, `${S_CAPITAL} M4.3,-2 L4.3,16`],
  "%": [9, "M8.5,0 L0.5,14 M2,0 H4,2.2 V2,4.4 H0,2.2 V2,0 M7,9.6 H9,11.8 V7,14 H5,11.8 V7,9.6"],
  "&": [
    9.2,
    "M9.2,14 L1.8,4.6 Q1,3.6 1,2.6 V3.6,0 H6.2,2.6 Q6.2,4.6 3.4,6.4 Q0,8.4 0,10.6 V3.6,14 Q7.8,14 8.8,8",
  ],
  "'": [1, "M0.5,0 L0.5,4"],
  "(": [3, "M3,-1 Q0,2.5 0,7.5 Q0,12.5 3,16"],
  ")": [3, "M0,-1 Q3,2.5 3,7.5 Q3,12.5 0,16"],
  "*": [6, "M3,1 L3,7 M0.4,2.5 L5.6,5.5 M5.6,2.5 L0.4,5.5"],
  "+": [8, "M0,7.5 L8,7.5 M4,3.5 L4,11.5"],
  ",": [1.2, "M1.2,13.4 L0.3,16.5"],
  "-": [5, "M0,8 L5,8"],
  ".": [1, "M0.5,13.6 L0.5,13.7"],
  "/": [6, "M0,15 L6,-1"],
  0: [8.5, "M4.25,0 H8.5,4.5 L8.5,9.5 V4.25,14 H0,9.5 L0,4.5 V4.25,0"],
  1: [8.5, "M1.2,3.2 L5,0 L5,14"],
  2: [8.5, "M0.3,4 V4.25,0 H8.2,4 Q8.2,6.3 5.8,8.4 L0,14 L8.5,14"],
  3: [8.5, "M0.4,2.6 V4.2,0 H8,3.5 V4.6,6.8 L3,6.8 M4.6,6.8 H8.5,10.4 V4.2,14 H0,11.2"],
  4: [8.5, "M6.3,14 L6.3,0 L0,10 L8.5,10"],
  5: [8.5, "M7.8,0 L1.2,0 L0.7,6.4 Q2.2,5.2 4.2,5.2 H8.5,9.6 V4.2,14 H0,11.4"],
  6: [8.5, "M7.6,1.8 Q6.4,0 4.5,0 H0,5 L0,9.5 V4.25,14 H8.5,9.7 V4.25,5.6 H0,9.7"],
  7: [8.5, "M0,0 L8.5,0 L3,14"],
  8: [
    8.5,
    "M4.25,0 H8,3.4 V4.25,6.8 H0.5,3.4 V4.25,0 M4.25,6.8 H8.5,10.4 V4.25,14 H0,10.4 V4.25,6.8",
  ],
  9: [8.5, "M0.9,12.2 Q2.1,14 4,14 H8.5,9 L8.5,4.5 V4.25,0 H0,4.3 V4.25,8.4 H8.5,4.3"],
  ":": [1, "M0.5,6 L0.5,6.1 M0.5,13.6 L0.5,13.7"],
  ";": [1.2, "M0.7,6 L0.7,6.1 M1.2,13.4 L0.3,16.5"],
  "<": [7, "M7,3.5 L0,7.5 L7,11.5"],
  "=": [8, "M0,5.5 L8,5.5 M0,9.5 L8,9.5"],
  ">": [7, "M0,3.5 L7,7.5 L0,11.5"],
  "?": [7, "M0,3 V3.5,0 H7,3.3 Q7,5.5 5,6.8 Q3.5,7.8 3.5,9.8 M3.5,13.6 L3.5,13.7"],
  "@": [
    12,
    "M8.5,5 L8.5,8.5 V10,10.2 H12,7 V6,0.5 H0,7.2 V6.2,14.5 Q8.6,14.5 10.5,13 M8.5,7.5 V6,4.8 H3.6,7.5 V6,10.2 H8.5,7.5",
  ],
  A: [9, "M0,14 L4.5,0 L9,14 M1.6,9 L7.4,9"],
  B: [8.5, "M0,7 L5,7 H8.5,10.5 V5,14 L0,14 L0,0 L4.6,0 H8,3.5 V4.6,7"],
  C: [9, "M9,3.5 V4.5,0 H0,4.5 L0,9.5 V4.5,14 H9,10.5"],
  D: [9, "M0,0 L0,14 L4,14 H9,9.5 L9,4.5 V4,0 L0,0"],
  E: [7.5, "M7.5,0 L0,0 L0,14 L7.5,14 M0,7 L6.5,7"],
  F: [7.5, "M7.5,0 L0,0 L0,14 M0,7 L6.5,7"],
  G: [9, "M9,3.5 V4.5,0 H0,4.5 L0,9.5 V4.5,14 H9,9.5 L9,7.5 L5,7.5"],
  H: [9, "M0,0 L0,14 M9,0 L9,14 M0,7 L9,7"],
  I: [1, "M0.5,0 L0.5,14"],
  J: [7, "M7,0 L7,10 V3.5,14 H0,10.5"],
  K: [9, "M0,0 L0,14 M8.5,0 L0,8.5 M3,5.6 L9,14"],
  L: [7, "M0,0 L0,14 L7,14"],
  M: [11, "M0,14 L0,0 L5.5,9 L11,0 L11,14"],
  N: [9, "M0,14 L0,0 L9,14 L9,0"],
  O: [10, O_CAPITAL],
  P: [9, P_CAPITAL],
  Q: [10, `${O_CAPITAL} M6,10.5 L10,14.5`],
  R: [9, `${P_CAPITAL} M4.8,8 L9,14`],
  S: [8.5, S_CAPITAL],
  T: [9, "M0,0 L9,0 M4.5,0 L4.5,14"],
  U: [9, "M0,0 L0,9.5 V4.5,14 H9,9.5 L9,0"],
  V: [9.5, "M0,0 L4.75,14 L9.5,0"],
  W: [13, "M0,0 L3.2,14 L6.5,3 L9.8,14 L13,0"],
  X: [9, "M0,0 L9,14 M9,0 L0,14"],
  Y: [9, "M0,0 L4.5,7.5 L9,0 M4.5,7.5 L4.5,14"],
  Z: [9, "M0,0 L9,0 L0,14 L9,14"],
  "[": [3, "M3,-1 L0,-1 L0,16 L3,16"],
  "\\": [6, "M0,-1 L6,15"],
  "]": [3, "M0,-1 L3,-1 L3,16 L0,16"],
  "^": [7, "M0,5 L3.5,0 L7,5"],
  _: [8, "M0,16.5 L8,16.5"],
  "`": [2.5, "M0,0 L2.5,2.5"],
  a: [7, `M7,4.5 L7,14 ${BOWL_LEFT}`],
  b: [7, `M0,0 L0,14 ${BOWL_RIGHT}`],
  c: [6.8, "M6.8,7.2 V3.5,4.5 H0,8 L0,10.5 V3.5,14 H6.8,11.3"],
  d: [7, `M7,0 L7,14 ${BOWL_LEFT}`],
  e: [7, "M0,9.2 L7,9.2 L7,8 V3.5,4.5 H0,8 L0,10.5 V3.5,14 Q5.6,14 6.6,12"],
  f: [4.8, "M4.8,0 L4.5,0 H1.8,3 L1.8,14 M0,5 L4.6,5"],
  g: [7, `M7,4.5 L7,15 V3.5,18 Q1.4,18 0.3,16.6 ${BOWL_LEFT}`],
  h: [7, "M0,0 L0,14 M0,8 V3.5,4.5 H7,8 L7,14"],
  i: [1, "M0.5,4.8 L0.5,14 M0.5,0.7 L0.5,0.8"],
  j: [2.5, "M2,4.8 L2,15.5 V0,18 M2,0.7 L2,0.8"],
  k: [7, "M0,0 L0,14 M6.5,4.8 L0,10.5 M2.6,8.4 L7,14"],
  l: [2.5, "M0.5,0 L0.5,11.5 V2.5,14"],
  m: [11, "M0,4.5 L0,14 M0,7.5 V2.8,4.5 H5.5,7.5 L5.5,14 M5.5,7.5 V8.3,4.5 H11,7.5 L11,14"],
  n: [7, "M0,4.5 L0,14 M0,8 V3.5,4.5 H7,8 L7,14"],
  o: [7.5, "M3.75,4.5 H7.5,8 L7.5,10.5 V3.75,14 H0,10.5 L0,8 V3.75,4.5"],
  p: [7, `M0,4.5 L0,18 ${BOWL_RIGHT}`],
  q: [7, `M7,4.5 L7,18 ${BOWL_LEFT}`],
  r: [4.6, "M0,4.5 L0,14 M0,8.5 V4.6,4.7"],
  s: [6.5, "M6.2,6.6 V3.2,4.5 H0.2,6.8 V3.2,9.2 H6.5,11.6 V3.2,14 H0,11.9"],
  t: [4.8, "M1.8,1 L1.8,11.5 V4.8,14 M0,4.8 L4.6,4.8"],
  u: [7, "M0,4.5 L0,10.5 V3.5,14 H7,10.5 M7,4.5 L7,14"],
  v: [7.5, "M0,4.5 L3.75,14 L7.5,4.5"],
  w: [11, "M0,4.5 L2.8,14 L5.5,6 L8.2,14 L11,4.5"],
  x: [7, "M0,4.5 L7,14 M7,4.5 L0,14"],
  y: [7.4, "M0,4.5 L3.7,13.8 M7.4,4.5 L2,18"],
  z: [6.8, "M0,4.5 L6.8,4.5 L0,14 L6.8,14"],
  "{": [4, "M4,-1 H1.8,1.5 L1.8,5 V0,7.5 H1.8,10 L1.8,13.5 V4,16"],
  "|": [1, "M0.5,-1 L0.5,16"],
  "}": [4, "M0,-1 H2.2,1.5 L2.2,5 V4,7.5 H2.2,10 L2.2,13.5 V0,16"],
  "~": [8, "M0,8.8 Q1.8,5.8 4,7.5 Q6.2,9.2 8,6.2"],
};

const SIGNS: ReadonlyMap<number, Strokes> = new Map([
  [ELLIPSIS, { width: 9, path: "M0.5,13.6 L0.5,13.7 M4.5,13.6 L4.5,13.7 M8.5,13.6 L8.5,13.7" }],
  [DISC, { width: 10, path: "M5,7.5 L5,7.6", pen: 10 }],
  [UNKNOWN, { width: 7, path: "M0,3 L7,3 L7,14 L0,14 L0,3" }],
]);

export const FIRST = 0x20;
export const LAST = UNKNOWN;

export function strokesOf(code: number): Strokes {
  const sign = SIGNS.get(code);
  if (sign) return sign;
  const letter = LETTERS[String.fromCharCode(code)];
  if (!letter) throw new Error(`no strokes for the letter 0x${code.toString(16)}`);
  return { width: letter[0], path: letter[1] };
}
