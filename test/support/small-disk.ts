import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder on a disk that a test can fill. */
export interface SmallDisk {
  dir: string;
  /** Environment variables for the program that writes to the disk. */
  env: Record<string, string>;
  fill(): void;
  free(): void;
  remove(): Promise<void>;
}

const MEGABYTES = 4;
const PIECE = Buffer.alloc(64 * 1024);

/** Whether mounting a disk may succeed. In many containers, not even root may mount. */
export const MAY_MOUNT = process.platform === "linux" && process.getuid?.() === 0;

/**
 * Mounts a small disk in memory. `fill` really fills this disk.
 * @returns undefined if this user may not mount
 */
export function mountedDisk(): SmallDisk | undefined {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-disk-"));
  try {
    const size = `size=${MEGABYTES}m`;
    execFileSync("mount", ["-t", "tmpfs", "-o", size, "nightlight", dir], { stdio: "pipe" });
  } catch {
    rmSync(dir, { recursive: true });
    return undefined;
  }
  const keeper = new Keeper(dir);
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
    remove: () => keeper.remove(),
  };
}

/**
 * Returns a folder on any disk, and an environment in which a program's writes fail as on a full
 * disk.
 */
export function injectedDisk(): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), "nightlight-disk-"));
  const mark = join(dir, "is-full");
  const preload = join(import.meta.dirname, "full-disk.cjs");
  return {
    dir: join(dir, "data"),
    env: { NODE_OPTIONS: `--require ${JSON.stringify(preload)}`, FULL_DISK: mark },
    fill: () => writeFileSync(mark, ""),
    free: () => rmSync(mark, { force: true }),
    remove: () => rm(dir, { recursive: true }),
  };
}

/** Unmounts a disk when `remove` is called, or when this process has ended in any way. */
class Keeper {
  private readonly shell: ChildProcess;

  constructor(dir: string) {
    const script = 'cat; umount --lazy "$1" && rm -r "$1"';
    // The shell needs its own process group, because Ctrl-C ends all processes of the terminal's
    // group.
    this.shell = spawn("sh", ["-c", script, "sh", dir], {
      detached: true,
      stdio: ["pipe", "ignore", "inherit"],
    });
  }

  async remove(): Promise<void> {
    const ended = once(this.shell, "exit");
    this.shell.stdin?.end();
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new Error(`the disk is still there: exit ${code}`);
  }
}
