import { COLOUR, diode, dot, drawPhotoresistor, drawResistor, picture, text, wire } from "./shapes";
import { drawPin, EDGE_X_PX } from "./wiring";

/** Numbers of the pins in use on the 40-pin header, by function. */
const HEADER = {
  ...{ "3.3 V": 1, SDA: 3, SCL: 5, ground: 6, MOSI: 19, MISO: 21, SCLK: 23, CE0: 24 },
  ...{ "GPIO 5": 29, "GPIO 12": 32, "GPIO 16": 36 },
} as const;
type OnHeader = keyof typeof HEADER;

/** An analog-digital converter with the names of its pins, in order from supply to ground. */
interface ChipWiring {
  title: string;
  rows: [on: OnHeader, pins: string][];
  /** The input for the light sensor. */
  input: string;
}

const CHIPS: Record<"ads1115" | "mcp3008", ChipWiring> = {
  ads1115: {
    title: "ADS1115",
    rows: [
      ["3.3 V", "VDD"],
      ["SDA", "SDA"],
      ["SCL", "SCL"],
      ["ground", "GND, ADDR"],
    ],
    input: "A0",
  },
  // DS21295D, 1.0: AGND is next to DGND, and VREF is next to VDD.
  mcp3008: {
    title: "MCP3008",
    rows: [
      ["3.3 V", "VDD, VREF"],
      ["SCLK", "CLK"],
      ["MISO", "DOUT"],
      ["MOSI", "DIN"],
      ["CE0", "CS/SHDN"],
      ["ground", "AGND, DGND"],
    ],
    input: "CH0",
  },
};

const WIDTH = 760;
const RAIL_X = 280;
const CHIP_X = [330, 450] as const;
const LED_X = 440;
const BUTTON_X = 640;
const DIVIDER_X = 560;
const FIRST_Y = 100;
const ROW = 44;
const BUS_COLOURS = ["#1565c0", "#6a1b9a", "#00838f", "#ad1457"];

/** The LED's pin: an ordinary pin, or a pin with PWM for dimming. */
type LampWiring = Extract<OnHeader, "GPIO 5" | "GPIO 12">;

/**
 * The pictures of the sensors that a user can choose, by the sensor's name in devicescript.json.
 */
export const PI_WIRINGS: Readonly<Record<string, (lamp: LampWiring) => string>> = {
  "grove-base-hat": drawHat,
  ads1115: (lamp) => drawChip(CHIPS.ads1115, lamp),
  mcp3008: (lamp) => drawChip(CHIPS.mcp3008, lamp),
};

/** The LED's pin, by the last part of the file name. */
export const PI_LAMPS: Readonly<Record<string, LampWiring>> = {
  "": "GPIO 5",
  "-dimmable": "GPIO 12",
};

function drawChip({ title, rows, input }: ChipWiring, lamp: LampWiring): string {
  const y = (row: number) => FIRST_Y + ROW * row;
  const [left, right] = CHIP_X;
  const groundY = y(rows.length - 1);
  const railY = groundY + 50;
  const [ledY, buttonY] = [railY + 80, railY + 140];
  const inputY = (y(0) + groundY) / 2;
  const [topY, bottomY] = [FIRST_Y - 50, railY];
  const colourOf = (row: number) =>
    row === 0
      ? COLOUR.supply
      : row === rows.length - 1
        ? COLOUR.ground
        : (BUS_COLOURS[row - 1] ?? "");
  return picture([WIDTH, buttonY + 50], `Raspberry Pi: wiring of ${title}, LED and button`, [
    drawPi(buttonY + 10),
    `<rect x="${left}" y="${y(0) - 40}" width="${right - left}" height="${groundY - y(0) + 62}" rx="6" fill="#455a64"/>`,
    text((left + right) / 2, y(0) - 20, title, { anchor: "middle", fill: "#fff", weight: "bold" }),
    ...rows.map((_, row) => wire(colourOf(row), [EDGE_X_PX, y(row)], [left, y(row)])),
    ...rows.map(([, pins], row) => text(left + 10, y(row) + 5, pins, { fill: "#fff", size: 13 })),
    text(right - 8, inputY + 26, input, { anchor: "end", fill: "#ffd54f", weight: "bold" }),
    // Supply and ground of the light sensor, which run around the chip.
    wire(COLOUR.supply, [RAIL_X, y(0)], [RAIL_X, topY], [DIVIDER_X, topY], [DIVIDER_X, topY + 20]),
    dot(COLOUR.supply, RAIL_X, y(0)),
    drawPhotoresistor(DIVIDER_X, topY + 20, inputY - 5),
    wire(COLOUR.sensor, [right, inputY + 20], [DIVIDER_X, inputY + 20]),
    wire(COLOUR.sensor, [DIVIDER_X, inputY - 5], [DIVIDER_X, inputY + 45]),
    dot(COLOUR.sensor, DIVIDER_X, inputY + 20),
    drawResistor(DIVIDER_X, inputY + 45, bottomY - 15),
    wire(COLOUR.ground, [DIVIDER_X, bottomY - 15], [DIVIDER_X, bottomY]),
    wire(COLOUR.ground, [RAIL_X, groundY], [RAIL_X, railY], [BUTTON_X, railY]),
    dot(COLOUR.ground, RAIL_X, groundY),
    dot(COLOUR.ground, DIVIDER_X, railY),
    wire(COLOUR.led, [EDGE_X_PX, ledY], [LED_X, ledY], [LED_X, railY + 52]),
    wire(COLOUR.ground, [LED_X, railY + 28], [LED_X, railY]),
    dot(COLOUR.ground, LED_X, railY),
    diode(LED_X, railY + 40),
    text(LED_X + 28, railY + 38, "LED with resistor"),
    text(LED_X + 28, railY + 56, "long leg to the pin", { fill: "#607d8b", size: 12 }),
    drawButton(railY, buttonY),
    ...rows.map(([on], row) => drawHeaderPin(y(row), colourOf(row), on)),
    drawHeaderPin(ledY, COLOUR.led, lamp),
    drawHeaderPin(buttonY, "#5d4037", "GPIO 16"),
  ]);
}

/** Draws a button between the pin and ground. */
function drawButton(railY: number, buttonY: number): string {
  const [top, bottom] = [railY + 45, railY + 85];
  const colour = "#5d4037";
  return `${wire(colour, [EDGE_X_PX, buttonY], [BUTTON_X, buttonY], [BUTTON_X, bottom])}
${wire(COLOUR.ground, [BUTTON_X, railY], [BUTTON_X, top])}
${dot(colour, BUTTON_X, bottom)}
${dot(COLOUR.ground, BUTTON_X, top)}
${wire(colour, [BUTTON_X, bottom], [BUTTON_X - 16, top + 4])}
${text(BUTTON_X + 16, top + 18, "button")}
${text(BUTTON_X + 16, top + 36, "pressed: low", { fill: "#607d8b", size: 12 })}`;
}

/**
 * Draws the hat. Grove's cables fit in one direction only, so the picture shows only the sockets.
 */
function drawHat(lamp: LampWiring): string {
  const sockets = [
    ["A0", "light sensor", COLOUR.sensor],
    lamp === "GPIO 5" ? ["D5", "LED", COLOUR.led] : ["PWM", "LED, by GPIO 12", COLOUR.led],
    ["D16", "button, if there is one", "#5d4037"],
  ] as const;
  const y = (row: number) => 100 + 80 * row;
  return picture(
    [WIDTH, 360],
    "Raspberry Pi with the Grove Base Hat: light sensor, LED and button",
    [
      drawPi(320),
      `<rect x="60" y="70" width="170" height="250" rx="8" fill="#00695c"/>`,
      text(145, 308, "Grove Base Hat", { anchor: "middle", fill: "#fff", weight: "bold" }),
      ...sockets.map(
        ([socket, part, colour], row) => `${[-9, -3, 3, 9]
          .map(
            (dy) =>
              `<path d="M${EDGE_X_PX} ${y(row) + dy} H470" stroke="${colour}" stroke-width="3"/>`,
          )
          .join("\n")}
<rect x="190" y="${y(row) - 18}" width="46" height="36" rx="3" fill="#eceff1"/>
${text(180, y(row) + 5, socket, { anchor: "end", fill: "#fff", weight: "bold" })}
<rect x="470" y="${y(row) - 26}" width="220" height="52" rx="6" fill="#eceff1" stroke="${colour}" stroke-width="2"/>
${text(580, y(row) + 5, part, { anchor: "middle" })}`,
      ),
    ],
  );
}

function drawPi(bottom: number): string {
  return `<rect x="30" y="20" width="200" height="${bottom}" rx="10" fill="#263238"/>
${text(45, 48, "Raspberry Pi", { fill: "#fff", weight: "bold" })}`;
}

function drawHeaderPin(y: number, colour: string, on: OnHeader): string {
  return drawPin(y, colour, on, `pin ${HEADER[on]}`);
}
