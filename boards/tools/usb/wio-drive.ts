/** The Wio Terminal's bootloader, which appears as a drive (Seeed-Studio/uf2-samdx1). */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { userInfo } from "node:os";
import { join, posix, win32 } from "node:path";
import { fileFailure, UserError } from "../../../server/base/user-error";
import { openPort } from "./serial-port";

/** The board id in the drive's file INFO_UF2.TXT. */
const BOARD_ID = "SAMD51P19A-WioTerminal";
/** Opening a port at this rate, then dropping DTR, makes the board restart into the bootloader. */
const TOUCH_BAUD = 1200;
const BLOCK_BYTES = 512;

/** The functions of an operating system with which drives are found. */
export interface DriveSystem {
  platform: NodeJS.Platform;
  username: string;
  /** The names in a folder; empty if the folder is missing. */
  list: (folder: string) => string[];
  /** A file's text; empty if the file is missing. */
  read: (file: string) => string;
}

function thisSystem(): DriveSystem {
  const orEmpty = <T>(read: () => T, empty: T): T => {
    try {
      return read();
    } catch {
      return empty;
    }
  };
  return {
    platform: process.platform,
    username: userInfo().username,
    list: (folder) => orEmpty(() => readdirSync(folder), []),
    read: (file) => orEmpty(() => readFileSync(file, "latin1"), ""),
  };
}

/**
 * Finds the folders of the bootloaders' drives.
 * @param wanted the only folders to look at
 */
export function findDrives(
  wanted?: readonly string[],
  system: DriveSystem = thisSystem(),
): string[] {
  const path = system.platform === "win32" ? win32 : posix;
  const isBootloader = (folder: string) =>
    system.read(path.join(folder, "INFO_UF2.TXT")).includes(BOARD_ID);
  return [...new Set(wanted ?? mountedFolders(system))].filter(isBootloader);
}

/** Warns of each folder from `--drive` that is no bootloader's drive, at least not yet. */
export function driveWarnings(wanted: readonly string[]): string[] {
  const found = findDrives(wanted);
  return wanted
    .filter((folder) => !found.includes(folder))
    .map(
      (folder) =>
        `--drive ${folder}: ${existsSync(folder) ? "expected a Wio Terminal's bootloader drive" : "does not exist"}`,
    );
}

/**
 * Windows' drives. A and B are floppy drives, which take seconds to report that no disk is there.
 */
const WINDOWS_DRIVES = "CDEFGHIJKLMNOPQRSTUVWXYZ".split("").map((letter) => `${letter}:\\`);

/**
 * Folders where drives may be: Windows' letters, Linux's table of mounts, or the usual parent
 * folders.
 */
function mountedFolders({ platform, username, list, read }: DriveSystem): string[] {
  if (platform === "win32") return WINDOWS_DRIVES;
  const mounted = read("/proc/mounts")
    .split("\n")
    .map((line) => unescaped(line.split(" ")[1] ?? ""))
    .filter((folder) => folder !== "");
  const parents = ["/Volumes", `/media/${username}`, `/run/media/${username}`];
  return [
    ...mounted,
    ...parents.flatMap((parent) => list(parent).map((name) => posix.join(parent, name))),
  ];
}

/**
 * Decodes a folder of the table of mounts, in which spaces and the like are octal:
 * proc_pid_mounts(5).
 */
function unescaped(text: string): string {
  const bytes = text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1").toString();
}

/** Asks the program on the port to restart into the bootloader. */
export async function touch(path: string): Promise<void> {
  const port = await openPort(path, TOUCH_BAUD);
  // Errors are ignored: a test's line has no DTR, and closing the port drops DTR anyway.
  await new Promise<void>((resolve) => port.set({ dtr: false }, () => resolve()));
  await new Promise<void>((resolve) => port.close(() => resolve()));
}

/**
 * Writes the image block by block. The bootloader restarts after the last block. So the drive may
 * disappear before the system has received all acknowledgements.
 */
export function copyImage(image: Buffer, drive: string): void {
  const name = join(drive, "nightlight.uf2");
  let written = 0;
  try {
    const file = openSync(name, "w");
    try {
      for (; written < image.length; written += BLOCK_BYTES)
        writeSync(file, image, written, Math.min(BLOCK_BYTES, image.length - written));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (written < image.length)
      throw new UserError(`${name}: ${fileFailure(error)}, after ${written} bytes`);
  }
}
