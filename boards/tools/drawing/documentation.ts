import { BOARD_NAMES, BOARDS } from "../../boards";
import { PI_WIRINGS } from "./pi-wiring";
import { drawWiring } from "./wiring";

const BEGIN = "<!-- npm run draw:boards writes from here ... -->";
const END = "<!-- ... to here -->";

/**
 * All in docs/ that follows from the boards' pins: text by file.
 * @param page docs/boards.md as it is
 */
export function documentation(page: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of BOARD_NAMES) files.set(`boards/${name}.svg`, drawWiring(BOARDS[name]));
  for (const [sensor, draw] of Object.entries(PI_WIRINGS))
    files.set(`boards/raspberry-pi-${sensor}.svg`, draw());
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  if (end < begin) throw new Error("docs/boards.md has lost its marks");
  files.set(
    "boards.md",
    `${page.slice(0, begin)}\n\n${table()}\n\n${pictures()}\n\n${page.slice(end)}`,
  );
  return files;
}

function table(): string {
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
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function pictures(): string {
  return BOARD_NAMES.map(
    (name) =>
      `### ${BOARDS[name].title}\n\n![Wiring of the ${BOARDS[name].title}](boards/${name}.svg)`,
  ).join("\n\n");
}
