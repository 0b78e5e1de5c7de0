import type { Board } from "../../boards";
import { COLOUR, dot, picture, text, wire } from "./shapes";
import { drawBoard, drawPin, EDGE_X_PX, HEIGHT_PX, WIDTH_PX } from "./wiring";

/** Positions of the modules, and of the rows of pins. */
const MODULE = { x: 400, width: 200, height: 116 };
const LTR390_Y = 40;
const SSD1306_Y = 199;
const SUPPLY_Y = 100;
const GROUND_Y = 155;
const DATA_Y = 210;
const CLOCK_Y = 265;
const BUTTON_Y = 340;
/** Columns in which the wires of each kind run up or down to the modules. */
const [SUPPLY_X, GROUND_X, DATA_X, CLOCK_X] = [280, 305, 330, 355];
const BUTTON_X = 430;

/**
 * Draws the wiring of parts that supplement or replace the light sensor and the LED: I2C and a
 * button.
 */
export function drawPartsWiring(board: Board): string {
  const { sda, scl } = board.i2c;
  const gpio = (pin: string) => `GPIO${board.pins[pin]}`;
  return picture([WIDTH_PX, HEIGHT_PX], `${board.title}: wiring of parts on I2C, and of a button`, [
    drawBoard(board),
    drawBus(COLOUR.supply, SUPPLY_Y, SUPPLY_X, 0),
    drawBus(COLOUR.ground, GROUND_Y, GROUND_X, 1),
    drawBus(COLOUR.data, DATA_Y, DATA_X, 2),
    drawBus(COLOUR.clock, CLOCK_Y, CLOCK_X, 3),
    drawModule(LTR390_Y, "LTR390", "light sensor, at 0x53"),
    drawModule(SSD1306_Y, "SSD1306", "128 × 64, at 0x3C"),
    board.button.onBoard ? drawOnBoardButton() : drawButton(),
    drawPin(SUPPLY_Y, COLOUR.supply, board.supplyLabel, "3.3 V"),
    drawPin(GROUND_Y, COLOUR.ground, board.groundLabel, "ground"),
    drawPin(DATA_Y, COLOUR.data, sda.label, `SDA, ${gpio(sda.pin)}`),
    drawPin(CLOCK_Y, COLOUR.clock, scl.label, `SCL, ${gpio(scl.pin)}`),
    drawPin(BUTTON_Y, COLOUR.led, board.button.label, gpio(board.button.pin)),
  ]);
}

/** The row of a module's n-th pin. */
function rowOf(moduleY: number, n: number): number {
  return moduleY + 34 + 22 * n;
}

/** Draws the wires from the board's pin to the n-th pin of both modules. */
function drawBus(colour: string, y: number, x: number, n: number): string {
  const wires = [LTR390_Y, SSD1306_Y].map((moduleY) =>
    wire(colour, [x, y], [x, rowOf(moduleY, n)], [MODULE.x, rowOf(moduleY, n)]),
  );
  return [wire(colour, [EDGE_X_PX, y], [x, y]), ...wires, dot(colour, x, y)].join("\n");
}

function drawModule(y: number, title: string, what: string): string {
  const pins = ["VCC", "GND", "SDA", "SCL"].map((label, n) =>
    text(MODULE.x + 12, rowOf(y, n) + 5, label, { size: 12 }),
  );
  return `<rect x="${MODULE.x}" y="${y}" width="${MODULE.width}" height="${MODULE.height}" rx="6" fill="#e3f2fd" stroke="#37474f" stroke-width="2"/>
${text(MODULE.x + 60, y + 56, title, { weight: "bold" })}
${text(MODULE.x + 60, y + 76, what, { fill: "#607d8b", size: 11 })}
${pins.join("\n")}`;
}

function drawButton(): string {
  return `${wire(COLOUR.led, [EDGE_X_PX, BUTTON_Y], [BUTTON_X, BUTTON_Y])}
${wire(COLOUR.ground, [GROUND_X, GROUND_Y], [GROUND_X, BUTTON_Y + 40], [BUTTON_X + 50, BUTTON_Y + 40], [BUTTON_X + 50, BUTTON_Y])}
${wire("#37474f", [BUTTON_X, BUTTON_Y], [BUTTON_X + 44, BUTTON_Y - 16])}
${dot("#37474f", BUTTON_X, BUTTON_Y)}
${dot("#37474f", BUTTON_X + 50, BUTTON_Y)}
${text(BUTTON_X + 66, BUTTON_Y - 2, "button")}
${text(BUTTON_X + 66, BUTTON_Y + 15, "no resistor", { fill: "#607d8b", size: 12 })}`;
}

function drawOnBoardButton(): string {
  return `${text(EDGE_X_PX + 26, BUTTON_Y - 3, "the BOOT button on the board: nothing to wire")}
${text(EDGE_X_PX + 26, BUTTON_Y + 14, "for another pin: a button from it to ground", { fill: "#607d8b", size: 12 })}`;
}
