/** Compiles C to objects. An object is reused if text, headers, flags and compiler are the same. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../../server/base/root";
import { BUILD_FOLDER, WIO_FOLDER } from "./paths";
import { fingerprint, makeIfMissing, run } from "./tools";

export interface BuildTarget {
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** Folders of `boards/wio-terminal/` with the target's C. */
  readonly folders: readonly string[];
  readonly linkFlags: readonly string[];
  /** Folders with the linker scripts. */
  readonly scriptFolders: readonly string[];
}

const COMMON_FLAGS = ["-std=gnu11", "-ffunction-sections", "-fdata-sections"];
const CORTEX_M4_FLAGS = [...COMMON_FLAGS, "-Os", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft"];

/** The board's own C must compile without warnings. wasm2c's output does not. */
const STRICT_FLAGS = ["-Wall", "-Wextra", "-Werror", "-Wstrict-prototypes", "-Wmissing-prototypes"];
const GENERATED_FLAGS = ["-w"];

const SHARED_FOLDERS = ["runtime", "jacdac", "network", "bridge"];

export const QEMU: BuildTarget = {
  name: "qemu",
  compiler: "arm-none-eabi-gcc",
  flags: CORTEX_M4_FLAGS,
  folders: [...SHARED_FOLDERS, "cortex-m", "qemu"],
  linkFlags: [
    "-nostartfiles",
    "--specs=nano.specs",
    "--specs=nosys.specs",
    "-Wl,--no-warn-rwx-segments",
    "-Tlink.ld",
  ],
  scriptFolders: ["cortex-m", "qemu"],
};

/** The Wio Terminal's chip. Images for this target can be flashed. */
export const WIO: BuildTarget = {
  ...QEMU,
  name: "wio",
  folders: [...SHARED_FOLDERS, "cortex-m", "usb", "screen", "samd51"],
  scriptFolders: ["cortex-m", "samd51"],
};

export async function compileFile(
  target: BuildTarget,
  source: string,
  options: { generated?: boolean; include?: readonly string[] } = {},
): Promise<string> {
  const folders = ["include", ...target.folders].map((folder) => join(WIO_FOLDER, folder));
  const include = [...new Set([...folders, ...(options.include ?? [])])];
  const flags = [
    ...target.flags,
    ...(options.generated ? GENERATED_FLAGS : STRICT_FLAGS),
    ...include.map((folder) => `-I${relative(ROOT, folder)}`),
  ];
  const text = readFileSync(source);
  const headers = options.generated ? include.filter(isRuntime) : include;
  const key = fingerprint(
    text,
    flags.join(" "),
    await compilerVersion(target.compiler),
    ...headers.flatMap((folder) => filesIn(folder, ".h")).map((path) => readFileSync(path)),
  );
  const object = join(BUILD_FOLDER, "objects", `${key}.o`);
  await makeIfMissing(object, async (path) => {
    await run(target.compiler, [...flags, "-c", relative(ROOT, source), "-o", path]);
  });
  return object;
}

/**
 * Whether generated C can include the folder's headers. Headers of other folders do not affect the
 * objects of generated C.
 */
function isRuntime(folder: string): boolean {
  return folder === join(WIO_FOLDER, "runtime");
}

/** Returns the paths of a folder's files with this ending, in order. */
export function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

export async function compileFolders(
  target: BuildTarget,
  include: readonly string[],
): Promise<{ object: string; folder: string }[]> {
  const sources = target.folders.flatMap((folder) =>
    filesIn(join(WIO_FOLDER, folder), ".c").map((source) => ({ folder, source })),
  );
  return await Promise.all(
    sources.map(async ({ folder, source }) => {
      return { object: await compileFile(target, source, { include }), folder };
    }),
  );
}

const versions = new Map<string, Promise<string>>();

export function compilerVersion(compiler: string): Promise<string> {
  const known = versions.get(compiler) ?? run(compiler, ["--version"]);
  versions.set(compiler, known);
  return known;
}
