import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder on a disk that is full on order. */
export interface SmallDisk {
  dir: string;
  /** For the program that is to write there. */
  env: Record<string, string>;
  fill(): void;
  free(): void;
  remove(): void;
}

const MEGABYTES = 4;
const PIECE = Buffer.alloc(64 * 1024);

/** A disk of its own in memory, really full. @returns undefined if this user may not mount one */
export function mountedDisk(): SmallDisk | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const dir = mkdtempSync(join(tmpdir(), "nightlight-disk-"));
  try {
    const size = `size=${MEGABYTES}m`;
    execFileSync("mount", ["-t", "tmpfs", "-o", size, "nightlight", dir], { stdio: "pipe" });
  } catch {
    // In many containers root may not mount.
    rmSync(dir, { recursive: true });
    return undefined;
  }
  const ballast = join(dir, "ballast");
  return {
    dir: join(dir, "data"),
    env: {},
    fill: () => {
      mkdirSync(ballast);
      for (let length = PIECE.length, i = 0; length > 0; i++)
        try {
          writeFileSync(join(ballast, String(i)), PIECE.subarray(0, length));
        } catch {
          length >>= 1;
        }
    },
    free: () => rmSync(ballast, { recursive: true, force: true }),
    remove: () => {
      execFileSync("umount", ["--lazy", dir]);
      rmSync(dir, { recursive: true });
    },
  };
}

/** Any disk, and a program whose writes to it fail as on a full one. */
export function injectedDisk(): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-disk-"));
  const mark = join(dir, "is-full");
  const preload = join(import.meta.dirname, "full-disk.cjs");
  return {
    dir: join(dir, "data"),
    env: { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, FULL_DISK: mark },
    fill: () => writeFileSync(mark, ""),
    free: () => rmSync(mark, { force: true }),
    remove: () => rmSync(dir, { recursive: true }),
  };
}
