import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";

const execute = promisify(execFile);

const PACKAGES: Readonly<Record<string, string>> = {
  wasm2c: "wabt",
  "arm-none-eabi-gcc": "gcc-arm-none-eabi and libnewlib-arm-none-eabi",
  "arm-none-eabi-objcopy": "binutils-arm-none-eabi",
  "qemu-system-arm": "qemu-system-arm",
  gcc: "gcc",
};

/** Runs a program to its end. @returns the program's output */
export async function run(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd: ROOT, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code, stdout, stderr } = error as Error &
      Partial<Record<"stdout" | "stderr" | "code", string>>;
    if (code === "ENOENT") {
      throw new UserError(`${command} is not installed: it is in Debian's ${PACKAGES[command]}`);
    }
    throw new UserError(`${command} failed:\n${stdout ?? ""}${stderr ?? error.message}`);
  }
}

export function fingerprint(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex").slice(0, 32);
}

/** Makes a file unless the file exists. An interrupted build leaves no partial file. */
export async function makeIfMissing(
  path: string,
  make: (path: string) => Promise<void>,
): Promise<void> {
  if (existsSync(path)) return;
  const unfinished = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    await make(unfinished);
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
