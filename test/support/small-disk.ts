import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder on a disk that is full on order. */
export interface SmallDisk {
  dir: string;
  /** For the program that is to write there. */
  env: Record<string, string>;
  fill(): void;
  free(): void;
  remove(): Promise<void>;
}

const MEGABYTES = 4;
const PIECE = Buffer.alloc(64 * 1024);

/** Whether it is worth a try: in many containers root may not mount. */
export const MAY_MOUNT = process.platform === "linux" && process.getuid?.() === 0;

/** A disk of its own in memory, really full. @returns undefined if this user may not mount one */
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
    remove: () => rm(dir, { recursive: true }),
  };
}

/** Takes a disk off when it is told to, or when this process has ended, however that comes. */
class Keeper {
  private readonly shell: ChildProcess;

  constructor(dir: string) {
    const script = 'cat; umount --lazy "$1" && rm -r "$1"';
    // Out of reach of a Ctrl-C, which is for all of a terminal's group.
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
