import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { BOARDS } from "../../boards";

const PACKAGES = ["core", "crypto", "net", "drivers", "observables", "settings"];
/** The CLI's file with a module for every board, including the boards of this project. */
const BOARD_TYPES = join(ROOT, "node_modules/@devicescript/core/src/devicescript-boards.d.ts");

/**
 * Whether the `@devicescript/*` packages are complete. These packages are not on npm: the CLI
 * writes them into node_modules whenever it compiles, and npm prunes them whenever it installs.
 */
export function builtinsArePresent(): boolean {
  const cli = packageVersion("cli");
  return PACKAGES.every((name) => packageVersion(name) === cli) && boardsArePresent();
}

/** Lets the CLI write its packages by compiling the smallest possible project. */
export function restoreBuiltins(): void {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-builtins-"));
  try {
    mkdirSync(join(dir, "src"));
    writeFileSync(join(dir, "devsconfig.json"), "{}");
    writeFileSync(join(dir, "package.json"), "{}");
    writeFileSync(join(dir, "src", "main.ts"), 'console.log("")\n');
    for (const name of ["node_modules", "boards"])
      // A junction: on Windows, other links need an administrator.
      symlinkSync(join(ROOT, name), join(dir, name), "junction");
    execFileSync(process.execPath, [CLI, "build", "src/main.ts", "--quiet"], { cwd: dir });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export const CLI = join(ROOT, "node_modules/@devicescript/cli/devicescript");

function boardsArePresent(): boolean {
  const types = existsSync(BOARD_TYPES) ? readFileSync(BOARD_TYPES, "utf8") : "";
  return Object.values(BOARDS).every(({ module }) => types.includes(`"@dsboard/${module}"`));
}

function packageVersion(name: string): string | undefined {
  const path = join(ROOT, "node_modules/@devicescript", name, "package.json");
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
