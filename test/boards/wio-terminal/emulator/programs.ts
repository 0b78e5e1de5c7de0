/** Small C programs that test the emulated chip. Each program is a complete image. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../../boards/wio-terminal/build/tools";
import { loadableBytes } from "../../../../boards/wio-terminal/build/uf2";
import { Samd51 } from "../../../../boards/wio-terminal/emulator/chip/samd51";
import { WioTerminal } from "../../../../boards/wio-terminal/emulator/chip/wio-terminal";
import { Symbols } from "../../../../boards/wio-terminal/emulator/symbols";
import { ROOT } from "../../../../server/base/root";

const FOLDER = join(ROOT, "boards/wio-terminal/test/chip");
const SOFT_FLOAT = ["-mfloat-abi=soft"];
/** Compiler flags for code that uses the floating-point registers. */
export const HARD_FLOAT = ["-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"];
const FLAGS = [
  ...["-mcpu=cortex-m4", "-mthumb", "-Os", "-std=gnu11"],
  ...["-Wall", "-Wextra", "-Werror", "-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs"],
];
/** Limit of the number of steps, far more than any program needs. */
const STEPS_MAX = 200_000;
const END = 10;

/** Compiles, loads and runs a program to its end. @returns the chip, and the program's `results` */
export async function runProgram(
  name: string,
  defines: readonly string[] = [],
  float: readonly string[] = SOFT_FLOAT,
): Promise<{ chip: Samd51; results: number[] }> {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-chip-"));
  try {
    const elf = join(dir, "program.elf");
    const sources = ["start", name].map((source) => join(FOLDER, `${source}.c`));
    const script = `-Wl,-T${join(FOLDER, "program.ld")}`;
    await run("arm-none-eabi-gcc", [
      ...FLAGS,
      ...float,
      ...defines.map((define) => `-D${define}`),
      ...sources,
      ...[script, "-Wl,--no-warn-rwx-segments", "-o", elf],
    ]);
    const place = (await Symbols.of(elf)).address("results");
    const chip = new Samd51();
    for (const { address, bytes } of loadableBytes(readFileSync(elf)))
      chip.nvm.program(address, bytes);
    new WioTerminal(chip, { ssid: "nobody's" });
    chip.powerOn();
    const results = (): number[] =>
      Array.from({ length: 16 }, (_, index) => chip.word(place + 4 * index));
    for (let step = 0; step < STEPS_MAX; step++) {
      chip.step(chip.clock.nowMicros + 1000);
      const [end, unexpected] = [results()[END], results()[15]];
      if (unexpected) throw new Error(`exception ${unexpected} came, which nobody expected`);
      if (end === 1) return { chip, results: results() };
    }
    throw new Error(`${name} did not end`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
