import type { Board } from "../../boards";

const WIDTH = 640;
const HEIGHT = 410;
/** The board's right edge, where the pins are drawn, and the columns of the parts. */
const EDGE_X = 230;
const DIVIDER_X = 400;
const LED_X = 560;
/** The rows of the pins. */
const SUPPLY_Y = 110;
const SENSOR_Y = 197;
const GROUND_Y = 284;
const LED_Y = 356;

const COLOUR = { supply: "#c62828", sensor: "#ef9a00", ground: "#37474f", led: "#2e7d32" };

/** How to wire a board: which pins go where, not where on the board they are. */
export function drawWiring(board: Board): string {
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#fff"/>`,
    drawBoard(board),
    // Photoresistor and resistor divide the supply: the brighter it is, the higher the voltage.
    wire(COLOUR.supply, [EDGE_X, SUPPLY_Y], [DIVIDER_X, SUPPLY_Y], [DIVIDER_X, SUPPLY_Y + 20]),
    drawPhotoresistor(DIVIDER_X, SUPPLY_Y + 20, SENSOR_Y - 20),
    wire(COLOUR.sensor, [DIVIDER_X, SENSOR_Y - 20], [DIVIDER_X, SENSOR_Y + 20]),
    wire(COLOUR.sensor, [EDGE_X, SENSOR_Y], [DIVIDER_X, SENSOR_Y]),
    dot(COLOUR.sensor, DIVIDER_X, SENSOR_Y),
    drawResistor(DIVIDER_X, SENSOR_Y + 20, GROUND_Y - 20),
    wire(COLOUR.ground, [DIVIDER_X, GROUND_Y - 20], [DIVIDER_X, GROUND_Y]),
    wire(COLOUR.ground, [EDGE_X, GROUND_Y], [board.led.onBoard ? DIVIDER_X : LED_X, GROUND_Y]),
    dot(COLOUR.ground, DIVIDER_X, GROUND_Y),
    board.led.onBoard ? drawOnBoardLed() : drawLed(),
    drawPin(SUPPLY_Y, COLOUR.supply, board.supplyLabel, "3.3 V"),
    drawPin(SENSOR_Y, COLOUR.sensor, board.sensor.label, `GPIO${board.sensorGpio}`),
    drawPin(GROUND_Y, COLOUR.ground, board.groundLabel, "ground"),
    drawPin(LED_Y, COLOUR.led, board.led.label, `GPIO${board.ledGpio}`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="15" role="img">
<title>${board.title}: wiring of light sensor and LED</title>
${parts.join("\n")}
</svg>
`;
}

function drawBoard({ title }: Board): string {
  return `<rect x="30" y="30" width="200" height="360" rx="10" fill="#263238"/>
<rect x="100" y="18" width="60" height="26" rx="3" fill="#b0bec5"/>
${text(130, 36, "USB", { anchor: "middle", fill: "#263238", size: 12 })}
${title
  .split(/ (?=\()/)
  .map((line, index) => text(45, 62 + 18 * index, line, { fill: "#fff", size: 13 }))
  .join("\n")}`;
}

function drawPin(y: number, colour: string, label: string, meaning: string): string {
  return `<circle cx="${EDGE_X}" cy="${y}" r="9" fill="#ffd54f" stroke="${colour}" stroke-width="4"/>
${text(EDGE_X - 18, y + 1, label, { anchor: "end", fill: "#fff", weight: "bold" })}
${text(EDGE_X - 18, y + 16, meaning, { anchor: "end", fill: "#b0bec5", size: 12 })}`;
}

function drawPhotoresistor(x: number, top: number, bottom: number): string {
  const middle = (top + bottom) / 2;
  const ray = (y: number) =>
    `<path d="M${x - 62} ${y - 16} L${x - 32} ${y}" marker-end="url(#ray)" stroke="#ef9a00" stroke-width="2"/>`;
  return `<defs><marker id="ray" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6Z" fill="#ef9a00"/></marker></defs>
<circle cx="${x}" cy="${middle}" r="27" fill="#fff8e1" stroke="#37474f" stroke-width="2"/>
${body(x, middle - 18, 36)}
${ray(middle - 6)}
${ray(middle + 8)}
${wire("#37474f", [x, top], [x, middle - 18])}
${wire("#37474f", [x, middle + 18], [x, bottom])}
${text(x + 38, middle - 2, "photoresistor")}
${text(x + 38, middle + 16, "such as GL5528", { fill: "#607d8b", size: 12 })}`;
}

function drawResistor(x: number, top: number, bottom: number): string {
  return `${body(x, top, bottom - top)}
${text(x + 20, (top + bottom) / 2 - 2, "resistor")}
${text(x + 20, (top + bottom) / 2 + 15, "10 kΩ", { fill: "#607d8b", size: 12 })}`;
}

/** The long leg towards the pin. */
function drawLed(): string {
  const middle = (GROUND_Y + LED_Y) / 2;
  return `${wire(COLOUR.led, [EDGE_X, LED_Y], [LED_X, LED_Y], [LED_X, middle + 12])}
${wire(COLOUR.ground, [LED_X, middle - 12], [LED_X, GROUND_Y])}
${diode(LED_X, middle)}
${text(LED_X - 26, middle - 4, "LED with built-in resistor", { anchor: "end" })}
${text(LED_X - 26, middle + 14, "long leg to the pin", { anchor: "end", fill: "#607d8b", size: 12 })}`;
}

function drawOnBoardLed(): string {
  return `${wire(COLOUR.led, [EDGE_X, LED_Y], [EDGE_X + 40, LED_Y])}
${diode(EDGE_X + 60, LED_Y, 90)}
${text(EDGE_X + 92, LED_Y - 3, "the blue LED on the board")}
${text(EDGE_X + 92, LED_Y + 14, "without one: LED from this pin to ground", { fill: "#607d8b", size: 12 })}`;
}

/** Conducts upwards, or to where it is turned. */
function diode(x: number, y: number, degrees = 0): string {
  return `<g transform="translate(${x} ${y}) rotate(${degrees})"><circle r="20" fill="#e8f5e9"/><path d="M-12 12 H12 L0 -10 Z" fill="${COLOUR.led}"/><path d="M-12 -11 H12" stroke="${COLOUR.led}" stroke-width="4"/></g>`;
}

function body(x: number, top: number, height: number): string {
  return `<rect x="${x - 9}" y="${top}" width="18" height="${height}" rx="3" fill="#d7ccc8" stroke="#37474f" stroke-width="2"/>`;
}

function dot(colour: string, x: number, y: number): string {
  return `<circle cx="${x}" cy="${y}" r="5" fill="${colour}"/>`;
}

function wire(colour: string, ...points: [x: number, y: number][]): string {
  const path = points.map(([x, y]) => `${x} ${y}`).join(" L");
  return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="4" stroke-linejoin="round"/>`;
}

interface TextStyle {
  anchor?: "start" | "middle" | "end";
  fill?: string;
  size?: number;
  weight?: "normal" | "bold";
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = "start", fill = "#263238", size = 15, weight = "normal" } = style;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" font-size="${size}" font-weight="${weight}">${content}</text>`;
}
