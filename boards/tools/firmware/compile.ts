import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";
import { CLI } from "./builtins";
import { patchCli } from "./cli-patch";
import { compileErrors } from "./compile-errors";
import { keepNewest } from "./keep-newest";
import { makeWritable } from "./writable";

/** The CLI's output folder, for every entry point. */
const FOLDER = join(ROOT, ".devicescript/bin");
export const BYTECODE_FILE = join(FOLDER, "bytecode.devs");
const CACHE = join(ROOT, ".devicescript/cache-bytecode");
/** Maximum number of cached programs. Each change of a source adds a program. */
const CACHED_PROGRAMS = 32;
const SET_UP = [
  "devicescript.json",
  "devsconfig.json",
  "node_modules/@devicescript/cli/package.json",
];

/**
 * Compiles an entry point with the DeviceScript compiler, or returns the cached bytecode of the
 * same sources. Must not run twice at the same time: the CLI has one output folder.
 * @param entry relative to the checkout
 * @throws UserError with the compiler's first errors, in one line
 */
export async function compileFirmware(
  entry = "src/main.ts",
  options: { signal?: AbortSignal; onCompile?: () => void } = {},
): Promise<Uint8Array> {
  return readFileSync(join(await compiled(entry, options), basename(BYTECODE_FILE)));
}

/** @returns the compiler's information for a debugger, as JSON */
export async function firmwareDebugInfo(): Promise<string> {
  return debugInfoIn(await compiled("src/main.ts"));
}

export interface Compiled {
  program: Uint8Array;
  /** @returns the compiler's information for a debugger, as JSON */
  debugInfo: () => string;
}

/**
 * Returns a cached program, if there is one for the current sources with some of them replaced.
 * @param sources the replaced source texts, by path in the checkout
 */
export function cachedProgram(
  entry: string,
  sources: Record<string, string>,
): Compiled | undefined {
  const folder = join(CACHE, fingerprint(entry, sources));
  if (!existsSync(folder)) return undefined;
  const program = readFileSync(join(folder, basename(BYTECODE_FILE)));
  return { program, debugInfo: () => debugInfoIn(folder) };
}

function debugInfoIn(folder: string): string {
  return readFileSync(join(folder, "bytecode-dbg.json"), "utf8");
}

/** Compiles, and puts all compiler output into the CLI's output folder, for the CLI's debugger. */
export async function buildFirmware(entry: string): Promise<void> {
  cpSync(await compiled(entry), FOLDER, { recursive: true });
}

/**
 * Marks an entry as used, so that it stays cached. Errors are ignored, because a read-only cache is
 * never cleared.
 */
function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EROFS" && code !== "EACCES" && code !== "EPERM") throw error;
  }
}

/** @returns a folder with the CLI's whole output */
async function compiled(
  entry: string,
  options: { signal?: AbortSignal; onCompile?: () => void } = {},
): Promise<string> {
  const cached = join(CACHE, fingerprint(entry));
  if (existsSync(cached)) {
    touch(cached);
    return cached;
  }
  options.onCompile?.();
  await runCompiler(entry, options.signal);
  const unfinished = `${cached}.${process.pid}`;
  cpSync(FOLDER, unfinished, { recursive: true });
  try {
    renameSync(unfinished, cached);
  } catch (error) {
    // Another process may have compiled the same sources.
    rmSync(unfinished, { recursive: true });
    if (!existsSync(cached)) throw error;
  }
  keepNewest(CACHE, CACHED_PROGRAMS);
  return cached;
}

/** Compiles without the cache, into the CLI's output folder. */
export async function runCompiler(entry: string, signal?: AbortSignal): Promise<void> {
  makeWritable(FOLDER, "the firmware is compiled there");
  // Patches the CLI on every compilation, so that VS Code can debug after any command has run.
  patchCli();
  const child = spawn(process.execPath, [CLI, "build", entry], { cwd: ROOT, signal });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new UserError(`${entry} does not compile: ${compileErrors(output)}`);
}

/**
 * Hashes everything that the bytecode depends on: the entry's and other sources, boards and
 * compiler.
 */
function fingerprint(entry: string, given: Record<string, string> = {}): string {
  const filesIn = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    );
  const sources = ["src", dirname(entry)]
    .flatMap(filesIn)
    .filter((name) => /\.ts$|\.json$/.test(name));
  const boards = readdirSync(join(ROOT, "boards"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => join("boards", name));
  const files = [...sources, ...boards, ...SET_UP, ...Object.keys(given)].sort();
  const hash = createHash("sha256").update(entry);
  for (const file of new Set(files))
    hash.update(`\n${file}\n`).update(given[file] ?? readFileSync(join(ROOT, file)));
  return hash.digest("hex").slice(0, 32);
}
