import type { Board } from "../../boards";
import { COLOUR, diode, dot, drawPhotoresistor, drawResistor, picture, text, wire } from "./shapes";

export const WIDTH_PX = 640;
export const HEIGHT_PX = 410;
/** The board's right edge with the pins, and the columns of the parts. */
export const EDGE_X_PX = 230;
const DIVIDER_X = 400;
const LED_X = 560;
/** The rows of the pins. */
const SUPPLY_Y = 110;
const SENSOR_Y = 197;
const GROUND_Y = 284;
const LED_Y = 356;

/** Draws a board's wiring: the connections of the pins, not their positions on the board. */
export function drawWiring(board: Board): string {
  const parts = [
    drawBoard(board),
    // Photoresistor and resistor form a voltage divider: the brighter the light, the higher the
    // voltage.
    wire(COLOUR.supply, [EDGE_X_PX, SUPPLY_Y], [DIVIDER_X, SUPPLY_Y], [DIVIDER_X, SUPPLY_Y + 20]),
    drawPhotoresistor(DIVIDER_X, SUPPLY_Y + 20, SENSOR_Y - 20),
    wire(COLOUR.sensor, [DIVIDER_X, SENSOR_Y - 20], [DIVIDER_X, SENSOR_Y + 20]),
    wire(COLOUR.sensor, [EDGE_X_PX, SENSOR_Y], [DIVIDER_X, SENSOR_Y]),
    dot(COLOUR.sensor, DIVIDER_X, SENSOR_Y),
    drawResistor(DIVIDER_X, SENSOR_Y + 20, GROUND_Y - 20),
    wire(COLOUR.ground, [DIVIDER_X, GROUND_Y - 20], [DIVIDER_X, GROUND_Y]),
    wire(COLOUR.ground, [EDGE_X_PX, GROUND_Y], [board.led.onBoard ? DIVIDER_X : LED_X, GROUND_Y]),
    dot(COLOUR.ground, DIVIDER_X, GROUND_Y),
    board.led.onBoard ? drawOnBoardLed() : drawLed(),
    drawPin(SUPPLY_Y, COLOUR.supply, board.supplyLabel, "3.3 V"),
    drawPin(SENSOR_Y, COLOUR.sensor, board.sensor.label, `GPIO${board.sensorGpio}`),
    drawPin(GROUND_Y, COLOUR.ground, board.groundLabel, "ground"),
    drawPin(LED_Y, COLOUR.led, board.led.label, `GPIO${board.ledGpio}`),
  ];
  return picture([WIDTH_PX, HEIGHT_PX], `${board.title}: wiring of light sensor and LED`, parts);
}

export function drawBoard({ title }: Board): string {
  return `<rect x="30" y="30" width="200" height="360" rx="10" fill="#263238"/>
<rect x="100" y="18" width="60" height="26" rx="3" fill="#b0bec5"/>
${text(130, 36, "USB", { anchor: "middle", fill: "#263238", size: 12 })}
${title
  .split(/ (?=\()/)
  .flatMap((part) => part.match(/.{1,24}(?: |$)/g) ?? [])
  .map((line, index) => text(45, 62 + 18 * index, line, { fill: "#fff", size: 13 }))
  .join("\n")}`;
}

export function drawPin(y: number, colour: string, label: string, meaning: string): string {
  return `<circle cx="${EDGE_X_PX}" cy="${y}" r="9" fill="#ffd54f" stroke="${colour}" stroke-width="4"/>
${text(EDGE_X_PX - 18, y + 1, label, { anchor: "end", fill: "#fff", weight: "bold" })}
${text(EDGE_X_PX - 18, y + 16, meaning, { anchor: "end", fill: "#b0bec5", size: 12 })}`;
}

/** Draws an LED with the long leg towards the pin. */
function drawLed(): string {
  const middle = (GROUND_Y + LED_Y) / 2;
  return `${wire(COLOUR.led, [EDGE_X_PX, LED_Y], [LED_X, LED_Y], [LED_X, middle + 12])}
${wire(COLOUR.ground, [LED_X, middle - 12], [LED_X, GROUND_Y])}
${diode(LED_X, middle)}
${text(LED_X - 26, middle - 4, "LED with built-in resistor", { anchor: "end" })}
${text(LED_X - 26, middle + 14, "long leg to the pin", { anchor: "end", fill: "#607d8b", size: 12 })}`;
}

function drawOnBoardLed(): string {
  return `${wire(COLOUR.led, [EDGE_X_PX, LED_Y], [EDGE_X_PX + 40, LED_Y])}
${diode(EDGE_X_PX + 60, LED_Y, 90)}
${text(EDGE_X_PX + 92, LED_Y - 3, "the blue LED on the board")}
${text(EDGE_X_PX + 92, LED_Y + 14, "without one: LED from this pin to ground", { fill: "#607d8b", size: 12 })}`;
}
