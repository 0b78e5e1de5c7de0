import { chmodSync, existsSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder";

/**
 * Writes a file that only its owner can read. By renaming, so that a reader sees the old file
 * or the new one, never half of one.
 */
export function writeSecretFile(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  // Another process may be about to write the same file.
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, path);
}

/**
 * On Windows a file's mode does not say who can use it.
 * @returns a warning if others than its owner can use a file with a secret in it, or undefined
 */
export function exposureOf(path: string): string | undefined {
  if (process.platform === "win32" || !existsSync(path)) return undefined;
  const stats = statSync(path);
  const mode = stats.mode & 0o777;
  if (!stats.isFile() || (mode & 0o066) === 0) return undefined;
  return `${path}: others than its owner can use it (mode ${mode.toString(8)}): chmod 600 ${path}`;
}
