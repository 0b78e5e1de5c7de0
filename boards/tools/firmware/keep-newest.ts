import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Deletes the files of a folder but the newest ones; others may write and delete there, too. */
export function keepNewest(folder: string, count: number): void {
  const files = readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => ({ path, atMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.atMs - a.atMs);
  for (const { path } of files.slice(count)) rmSync(path, { force: true });
}
