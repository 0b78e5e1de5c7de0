/** The sensors, lamps and other parts that `--parts` selects by name, for each board. Pure. */
import { type Board, type BoardName, BOARDS, type Family, isBoardName } from "./boards";

/**
 * Each part's kind. A light sensor and a lamp are always present: by default the first of their
 * kind.
 */
const KIND_OF = {
  analog: "light sensor",
  ltr390: "light sensor",
  led: "lamp",
  dimmable: "lamp",
  rgb: "lamp",
  ssd1306: "screen",
  button: "button",
} as const;

export type PartName = keyof typeof KIND_OF;
const PART_NAMES = Object.keys(KIND_OF) as PartName[];

const ON_I2C: readonly PartName[] = ["ltr390", "ssd1306"];
/**
 * Parts without a selectable pin: the pins of I2C and of the coloured LED are fixed by the board.
 */
const WITHOUT_PIN: readonly PartName[] = [...ON_I2C, "rgb"];

/** The selected parts, including a light sensor and a lamp, each with its pin if it has one. */
export type Parts = ReadonlyMap<PartName, string | undefined>;

/** The board and the parts that a program is compiled for. */
export interface Target {
  name: BoardName;
  parts: Parts;
}

/**
 * Pins of the first analog converter, because Wi-Fi uses the second converter (ESP32 datasheet
 * 4.1.2, and the corresponding sections for the other chips).
 */
export const ANALOG_GPIOS: Record<Family, [first: number, last: number]> = {
  esp32: [32, 39],
  esp32c3: [0, 4],
  esp32s2: [1, 10],
  esp32s3: [1, 10],
  rp2040w: [26, 28],
};

/** From GPIO34 on, an ESP32's pins are inputs without a pull-up (datasheet, appendix A). */
const ESP32_FIRST_INPUT = 34;

/** Boot strapping pins. Only a BOOT button, which is pressed later, is harmless there. */
export const BOOT_GPIOS: Record<Family, readonly number[]> = {
  esp32: [0, 2, 5, 12, 15],
  esp32c3: [2, 8, 9],
  esp32s2: [0, 45, 46],
  esp32s3: [0, 3, 45, 46],
  rp2040w: [],
};

/**
 * Parses a selection such as `ltr390,ssd1306,button=D2`.
 * @param text empty for the board's default parts
 * @returns the parts, or an error "expected X, got Y"
 */
export function parseParts(text: string, name: BoardName): Parts | string {
  const board = BOARDS[name];
  const chosen = parsePartChoice(text);
  if (typeof chosen === "string") return chosen;
  for (const part of ["analog", "led"] as const) {
    const isThere = [...chosen.keys()].some((other) => KIND_OF[other] === KIND_OF[part]);
    if (!isThere) chosen.set(part, undefined);
  }
  if (chosen.has("rgb") && board.rgbLedGpio === undefined)
    return `expected led or dimmable on ${name}, whose runtime drives no RGB LED, got rgb`;

  /** The part that uses each pin. */
  const used = new Map<string, string>();
  if (usesI2C(chosen)) for (const { pin } of Object.values(board.i2c)) used.set(pin, "I2C");
  if (chosen.has("rgb"))
    for (const [pin, gpio] of Object.entries(board.pins))
      if (gpio === board.rgbLedGpio) used.set(pin, "rgb");
  const onPins = [...chosen].filter(([part]) => !WITHOUT_PIN.includes(part));
  for (const [part, pin] of onPins)
    if (pin === undefined) {
      chosen.set(part, defaultPin(board, part));
      used.set(defaultPin(board, part), part);
    }
  for (const [part, wanted] of onPins) {
    if (wanted === undefined) continue;
    const free = Object.keys(board.pins).filter((pin) => fits(board, part, pin) && !used.has(pin));
    const pin = free.find((candidate) => isCalled(board, candidate, wanted));
    if (pin === undefined) {
      const owner = [...used].find(([other]) => isCalled(board, other, wanted))?.[1];
      const why = owner === undefined ? "" : `, which ${owner} has`;
      const names = free.map((each) => printedName(board, each)).join(", ");
      return `expected ${part} on ${names} of ${name}, got "${wanted}"${why}`;
    }
    chosen.set(part, pin);
    used.set(pin, part);
  }
  return chosen;
}

/**
 * Parses a selection as far as that is possible without a board.
 * @returns the parts with the pins that the text names, or an error message
 */
export function parsePartChoice(text: string): Map<PartName, string | undefined> | string {
  const chosen = new Map<PartName, string | undefined>();
  for (const item of text.split(",").filter((item) => item.trim() !== "")) {
    const [part = "", pin, ...more] = item.split("=").map((word) => word.trim());
    if (!isPartName(part) || pin === "" || more.length > 0)
      return `expected ${PART_NAMES.join(", ")}, got "${item.trim()}"`;
    const other = [...chosen.keys()].find((before) => KIND_OF[before] === KIND_OF[part]);
    if (other) return `expected one ${KIND_OF[part]}, got ${other} and ${part}`;
    if (pin !== undefined && WITHOUT_PIN.includes(part))
      return `expected ${part} without a pin, got "${item.trim()}"`;
    chosen.set(part, pin);
  }
  return chosen;
}

/** Formats parts for `parseParts`, without the defaults: empty if all parts are default. */
export function partsText({ name, parts }: Target): string {
  const board = BOARDS[name];
  return PART_NAMES.filter((part) => parts.has(part))
    .map((part) => {
      const pin = parts.get(part);
      if (pin !== undefined && pin !== defaultPin(board, part)) return `${part}=${pin}`;
      return part === "analog" || part === "led" ? "" : part;
    })
    .filter((item) => item !== "")
    .join(",");
}

/** Formats the target as one word, as devices report it: `xiao-esp32c3+ltr390+button`. */
export function targetText(target: Target): string {
  return [target.name, ...partsText(target).split(",")].filter((word) => word !== "").join("+");
}

/**
 * Parses the result of `targetText`. @returns undefined if the board is unknown, or a part does not
 * fit it
 */
export function parseTarget(text: string): Target | undefined {
  const [name = "", ...items] = text.split("+");
  if (!isBoardName(name)) return undefined;
  const parts = parseParts(items.join(","), name);
  return typeof parts === "string" ? undefined : { name, parts };
}

export function usesI2C(parts: Parts): boolean {
  return ON_I2C.some((part) => parts.has(part));
}

function isPartName(text: string): text is PartName {
  return Object.hasOwn(KIND_OF, text);
}

function defaultPin({ sensor, button, led }: Board, part: PartName): string {
  if (part === "analog") return sensor.pin;
  return part === "button" ? button.pin : led.pin;
}

/**
 * Whether the text names the pin: `A1_D1` is also called A1 and D1, `P34` is also called 34, and
 * each pin has its label of docs/boards.md.
 */
function isCalled(board: Board, pin: string, text: string): boolean {
  const names = [pin, ...pin.split("_"), printedName(board, pin), `GPIO${board.pins[pin]}`];
  return names.some((name) => name.toLowerCase() === text.toLowerCase());
}

/**
 * Returns the label beside the pin, as in docs/boards.md: D2 for `A2_D2`, or A2 on another board.
 */
function printedName({ sensor, led, i2c, button }: Board, pin: string): string {
  const wired = [sensor, led, i2c.sda, i2c.scl, button].find((each) => each.pin === pin);
  if (wired) return wired.label;
  const place = sensor.pin.split("_").indexOf(sensor.label);
  return pin.split("_")[place] ?? pin.replace(/^P(?=\d)/, "");
}

function fits({ family, pins, taken, button }: Board, part: PartName, pin: string): boolean {
  const gpio = pins[pin] ?? -1;
  if (taken.includes(gpio)) return false;
  if (part === "button" && pin === button.pin) return true;
  if (BOOT_GPIOS[family].includes(gpio)) return false;
  const [first, last] = ANALOG_GPIOS[family];
  if (part === "analog") return gpio >= first && gpio <= last;
  return family !== "esp32" || gpio < ESP32_FIRST_INPUT;
}
