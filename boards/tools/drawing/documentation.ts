import { BOARD_NAMES, BOARDS } from "../../boards";
import { drawPartsWiring } from "./parts-wiring";
import { PI_LAMPS, PI_WIRINGS } from "./pi-wiring";
import { drawWiring } from "./wiring";

/** Marks before and after each generated text. */
const BEGIN = "<!-- npm run draw:boards writes from here ... -->";
const END = "<!-- ... to here -->";

/**
 * Generates everything in docs/ that depends on the boards' pins.
 * @param page the current docs/boards.md
 * @returns texts by file
 */
export function documentation(page: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of BOARD_NAMES) {
    files.set(`boards/${name}.svg`, drawWiring(BOARDS[name]));
    files.set(`boards/${name}-parts.svg`, drawPartsWiring(BOARDS[name]));
  }
  for (const [sensor, draw] of Object.entries(PI_WIRINGS))
    for (const [ending, lamp] of Object.entries(PI_LAMPS))
      files.set(`boards/raspberry-pi-${sensor}${ending}.svg`, draw(lamp));
  const made = [
    `${pins()}\n\n${pictures("Wiring", "")}`,
    `${partsPins()}\n\n${pictures("Parts", "-parts")}`,
  ];
  const [head = "", ...rest] = page.split(BEGIN);
  if (rest.length !== made.length) throw new Error("docs/boards.md has lost its marks");
  const filled = rest.map((text, index) => {
    const end = text.indexOf(END);
    if (end < 0) throw new Error("docs/boards.md has lost its marks");
    return `${BEGIN}\n\n${made[index]}\n\n${text.slice(end)}`;
  });
  files.set("boards.md", head + filled.join(""));
  return files;
}

function pins(): string {
  const head = ["--board", "Board", "Light sensor", "LED", "3.3 V", "Ground"];
  const rows = BOARD_NAMES.map((name) => {
    const { title, sensor, led, sensorGpio, ledGpio, supplyLabel, groundLabel } = BOARDS[name];
    return [
      `\`${name}\``,
      title,
      `${sensor.label} (GPIO${sensorGpio})`,
      `${led.label} (GPIO${ledGpio})${led.onBoard ? ", on the board" : ""}`,
      supplyLabel,
      groundLabel,
    ];
  });
  return table(head, rows);
}

function partsPins(): string {
  const head = ["--board", "SDA", "SCL", "`button`", "`rgb`"];
  const rows = BOARD_NAMES.map((name) => {
    const { i2c, button, pins, rgbLedGpio } = BOARDS[name];
    return [
      `\`${name}\``,
      ...[i2c.sda, i2c.scl, button].map(({ pin, label }) => `${label} (GPIO${pins[pin]})`),
      rgbLedGpio === undefined ? "none" : `GPIO${rgbLedGpio}`,
    ];
  });
  return table(head, rows);
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** @param ending the last part of the file names, before `.svg` */
function pictures(what: string, ending: string): string {
  return BOARD_NAMES.map((name) => {
    const { title } = BOARDS[name];
    const heading = ending === "" ? `### ${title}\n\n` : "";
    return `${heading}![${what} of the ${title}](boards/${name}${ending}.svg)`;
  }).join("\n\n");
}
