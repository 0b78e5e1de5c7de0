import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./make-folder";

/**
 * Writes a file that only its owner can read. By renaming, so that whoever reads it meanwhile sees
 * the old file or the new one, never half of one.
 */
export function writeSecretFile(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  // Another process may be about to write the same file.
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, path);
}
