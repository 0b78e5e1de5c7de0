import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Deletes all but the newest entries of a folder. Other processes may write and delete there, too.
 */
export function keepNewest(folder: string, count: number): void {
  const entries = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => ({ path, atMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { path } of entries.slice(count)) rmSync(path, { force: true, recursive: true });
}
