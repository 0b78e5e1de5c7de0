import { parseParts, type Target } from "../../boards/parts";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../../boards/tools/firmware/configure";
import { PROGRAM_MAX_BYTES, runtimeOf } from "../../boards/tools/firmware/program-limit";
import { loadConfig } from "../../server/setup/config";

/** One board is enough: programs for two boards differ only in their pins. */
const BOARD = "esp32-c3";
const COMBINATIONS = [
  "",
  "dimmable",
  "rgb",
  "button",
  "ltr390",
  "ssd1306",
  "ltr390,ssd1306",
  "ltr390,ssd1306,button",
  "ltr390,rgb,ssd1306,button",
];
/**
 * The largest combination of parts, on the board with the smallest program limit among the boards
 * that accept parts. That board has no RGB LED.
 */
const LARGEST: [Target["name"], string] = ["pico-w", "ltr390,dimmable,ssd1306,button"];

/** Reports the program size of each combination of parts, compared with the runtime's limit. */
export default async function partsSize(): Promise<string> {
  const rows = COMBINATIONS.map((parts): [Target["name"], string] => [BOARD, parts]);
  const lines = [
    row("board", "--parts", "bytes", "share of the limit"),
    row("---", "---", "--:", "--:"),
  ];
  for (const [name, parts] of [...rows, LARGEST]) {
    const bytes = await sizeOf(name, parts);
    const max = PROGRAM_MAX_BYTES[runtimeOf(name)];
    const percent = ((100 * bytes) / max).toFixed(1);
    console.error(`  ${name} ${parts}: ${bytes}`);
    lines.push(row(name, parts, String(bytes), `${percent} %${bytes > max ? ": TOO LARGE" : ""}`));
  }
  writeFirmwareConfig(loadConfig());
  return lines.join("\n");
}

async function sizeOf(name: Target["name"], text: string): Promise<number> {
  const parts = parseParts(text, name);
  if (typeof parts === "string") throw new Error(parts);
  writeFirmwareConfig(loadConfig(), { name, parts });
  return (await compileFirmware()).length;
}

function row(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}
