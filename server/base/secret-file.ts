import { chmodSync, existsSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder";

/**
 * Writes a file that only its owner can read. The file is renamed into place, so that a reader sees
 * the old content or the new, never a part.
 */
export function writeSecretFile(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  // Another process may be writing the same file, so the temporary name must be unique.
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, path);
}

/**
 * Checks who can use a file that holds a secret. Windows is not checked, because a file's mode does
 * not tell there.
 * @returns a warning if users other than the owner can use the file, or undefined
 */
export function exposureOf(path: string): string | undefined {
  if (process.platform === "win32" || !existsSync(path)) return undefined;
  const stats = statSync(path);
  const mode = stats.mode & 0o777;
  if (!stats.isFile() || (mode & 0o066) === 0) return undefined;
  return `${path}: other users can access it (mode ${mode.toString(8)}); run chmod 600 ${path}`;
}

/** Warns if users other than the owner can access a file with a secret. */
export function warnOfExposure(path: string): void {
  const words = exposureOf(path);
  if (words !== undefined) console.error(`nightlight: warning: ${words}`);
}
