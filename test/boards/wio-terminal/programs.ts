/** DeviceScript programs of the tests. They are compiled again only if their sources change. */
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BYTECODE_FILE as BYTECODE, runCompiler } from "../../../boards/tools/firmware/compile";
import { BUILD_FOLDER } from "../../../boards/wio-terminal/build/paths";
import { fingerprint, makeIfMissing } from "../../../boards/wio-terminal/build/tools";
import { ROOT } from "../../../server/base/root";

const FOLDER = "test/boards/wio-terminal/programs";

const NAMES = [
  ...(["all", "button", "garbage", "out-of-memory", "speed", "too-deep", "trap"] as const),
  "update",
] as const;
export type ProgramName = (typeof NAMES)[number];

/**
 * Compiles all programs. Must not run while another program is compiled, because the compiler has
 * only one output folder.
 */
export async function compilePrograms(): Promise<void> {
  for (const name of NAMES) {
    await makeIfMissing(bytecodeOf(name), async (path) => {
      await runCompiler(`${FOLDER}/${name}.ts`);
      copyFileSync(BYTECODE, path);
    });
  }
}

/** Returns a program's bytecode, which was compiled before the tests began. */
export function program(name: ProgramName): Uint8Array {
  return readFileSync(bytecodeOf(name));
}

/** Behaviours of the program `update`. The index of a word is the digit in the program's text. */
const VARIANTS = ["old", "panics", "loops", "waits", "confirms"] as const;
export type Variant = (typeof VARIANTS)[number];

export function variant(name: Variant): Uint8Array {
  const bytecode = Buffer.from(program("update"));
  const at = bytecode.indexOf("variant 0");
  if (at < 0) throw new Error("the bytecode does not hold its variant");
  bytecode.write(`variant ${VARIANTS.indexOf(name)}`, at);
  return bytecode;
}

function bytecodeOf(name: ProgramName): string {
  const folder = join(ROOT, FOLDER);
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => readFileSync(join(folder, file)));
  const compiler = readFileSync(join(ROOT, "node_modules/@devicescript/cli/package.json"));
  return join(BUILD_FOLDER, "programs", `${name}-${fingerprint(compiler, ...sources)}.devs`);
}
