/** Runs the board's screen on this machine: the screen's C with a model of the display. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { generateFonts } from "../build/font/font";
import { BUILD_FOLDER, WIO_FOLDER } from "../build/paths";
import type { Picture } from "../build/png";
import { run } from "../build/tools";
import { Ili9341 } from "../emulator/index";

const FLAGS = [
  ...["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-g", "-O1"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  ...["include", "screen", "runtime", "jacdac", "network", "bridge"].map(
    (dir) => `-I${join(WIO_FOLDER, dir)}`,
  ),
];
const SCREEN = [
  ...["history", "ili9341", "keys", "pages"],
  ...["screen", "text", "tile", "widgets"],
].map((name) => `screen/${name}`);

export interface Snapshot {
  readonly picture: Picture;
  readonly backlight: boolean;
  readonly led: boolean;
  /** Number of pixels sent to the display since the start. */
  readonly pixels: number;
}

/** Builds the program with sanitizers. */
export async function buildScreen(): Promise<string> {
  mkdirSync(BUILD_FOLDER, { recursive: true });
  const program = join(BUILD_FOLDER, "screen-host");
  const sources = ["tools/screen_host", "runtime/console", "runtime/text_join", ...SCREEN];
  const files = [...sources.map((name) => join(WIO_FOLDER, `${name}.c`)), await generateFonts()];
  await run("gcc", [...FLAGS, ...files, "-o", program]);
  return program;
}

/** @param script commands that screen_host.c describes */
export function render(program: string, script: readonly string[]): Map<string, Snapshot> {
  const { stdout, stderr, status } = spawnSync(program, {
    input: `${script.join("\n")}\n`,
    maxBuffer: 256 << 20,
  });
  if (status !== 0)
    throw new Error(`the screen's program ended with ${status}: ${stderr.toString()}`);
  const looks = new Map<string, Snapshot>();
  let [milliseconds, backlight, led] = [0, false, false];
  const display = new Ili9341(() => milliseconds * 1000);
  for (let at = 0; at < stdout.length;) {
    const what = String.fromCharCode(stdout[at] ?? 0);
    const bytes = stdout.subarray(at + 5, at + 5 + stdout.readUInt32LE(at + 1));
    at += 5 + bytes.length;
    const value = bytes[0] ?? 0;
    if (what === "T") milliseconds += 1;
    else if (what === "C") display.receive(value, false);
    else if (what === "D") for (const byte of bytes) display.receive(byte, true);
    else if (what === "R") display.setReset(value !== 0);
    else if (what === "L") led = value !== 0;
    else if (what === "B") {
      display.backlight = backlight = value !== 0;
    } else {
      const { pixels } = display;
      looks.set(bytes.toString(), { picture: display.picture(), backlight, led, pixels });
    }
  }
  return looks;
}
