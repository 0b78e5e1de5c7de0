import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates a folder for this user only, with all missing parents. Node 20's `mkdirSync(dir, {
 * recursive: true })` never returns if the system answers ENOENT although the parent exists, as in
 * /proc.
 * @throws the system's first error
 */
export function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (isFolder(dir)) return;
    const parent = dirname(dir);
    const isParentMissing =
      (error as NodeJS.ErrnoException).code === "ENOENT" && parent !== dir && !isFolder(parent);
    if (!isParentMissing) throw error;
    makeFolder(parent);
    makeFolder(dir);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
