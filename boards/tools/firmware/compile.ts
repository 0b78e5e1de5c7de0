import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
} from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";
import { CLI } from "./builtins";
import { patchCli } from "./cli-patch";
import { keepNewest } from "./keep-newest";

/** The CLI always writes here, whatever the entry point. */
export const OUTPUT = join(ROOT, ".devicescript/bin/bytecode.devs");
const CACHE = join(ROOT, ".devicescript/cache-bytecode");
/** Each change of a source makes another one. */
const CACHED = 32;

/**
 * Compiles an entry point with the DeviceScript compiler, or takes the bytecode of the same
 * sources from last time. Not to be run twice at once: the CLI has one output folder.
 * @param entry relative to the checkout
 * @throws UserError with the compiler's own words
 */
export async function compileFirmware(
  entry = "src/main.ts",
  options: { signal?: AbortSignal; onCompile?: () => void } = {},
): Promise<Uint8Array> {
  const cached = join(CACHE, `${fingerprint(entry)}.devs`);
  if (!existsSync(cached)) {
    options.onCompile?.();
    await runCompiler(entry, options.signal);
    mkdirSync(CACHE, { recursive: true });
    copyFileSync(OUTPUT, `${cached}.tmp`);
    renameSync(`${cached}.tmp`, cached);
    keepNewest(CACHE, CACHED);
  }
  return readFileSync(cached);
}

/** Compiles afresh into the CLI's own output folder. */
export async function runCompiler(entry: string, signal?: AbortSignal): Promise<void> {
  // Whoever has run anything of ours once has a CLI that VS Code can debug with.
  patchCli();
  const child = spawn(process.execPath, [CLI, "build", entry], { cwd: ROOT, signal });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new UserError(`${entry} does not compile:\n${output}`);
}

/** Everything that the bytecode depends on: all sources beside the entry, and the compiler. */
function fingerprint(entry: string): string {
  const hash = createHash("sha256");
  const dirs = [...new Set([join(ROOT, "src"), join(ROOT, entry, "..")])];
  const files = dirs.flatMap((dir) =>
    readdirSync(dir, { recursive: true, encoding: "utf8" }).map((name) => join(dir, name)),
  );
  hash.update(entry);
  hash.update(readFileSync(join(ROOT, "node_modules/@devicescript/cli/package.json")));
  for (const file of [...new Set(files)].filter((name) => name.endsWith(".ts")).sort())
    hash.update(`\n${file}\n`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 32);
}
