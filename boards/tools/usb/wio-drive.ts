/** The Wio Terminal's bootloader, which shows itself as a drive (Seeed-Studio/uf2-samdx1). */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { userInfo } from "node:os";
import { join, posix, win32 } from "node:path";
import { messageOf, UserError } from "../../../server/base/user-error";
import { loadSerialPort } from "./serial-port";

/** What its file INFO_UF2.TXT says. */
const BOARD_ID = "SAMD51P19A-WioTerminal";
/** To open a port at this rate, and to let go of it, is the sign to restart into the bootloader. */
const TOUCH_BAUD = 1200;
const BLOCK_BYTES = 512;

/** What a system says about its drives. */
export interface DriveSystem {
  platform: NodeJS.Platform;
  username: string;
  /** The names in a folder; none if it is not there. */
  list: (folder: string) => string[];
  /** A file's text, empty if it is not there. */
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
 * The folders of the bootloaders' drives that are there.
 * @param wanted where to look, and nowhere else
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

/** Windows' drives; A and B are floppy disks, which take seconds to say that nothing is there. */
const WINDOWS_DRIVES = "CDEFGHIJKLMNOPQRSTUVWXYZ".split("").map((letter) => `${letter}:\\`);

/** Where drives may be: as Windows names them, as Linux lists them, as macOS lays them out. */
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

/** In the table of mounts a space and the like are octal numbers: proc_pid_mounts(5). */
function unescaped(text: string): string {
  const bytes = text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1").toString();
}

/** Asks the program on the port to restart into the bootloader. */
export async function touch(path: string): Promise<void> {
  const SerialPort = await loadSerialPort();
  const port = new SerialPort({ path, baudRate: TOUCH_BAUD, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error) reject(new UserError(`${path}: ${messageOf(error)}`));
      else resolve();
    });
  });
  // A line without DTR, as a test's is, says so; to close it lets go of DTR anyway.
  await new Promise<void>((resolve) => port.set({ dtr: false }, () => resolve()));
  await new Promise<void>((resolve) => port.close(() => resolve()));
}

/**
 * Writes the image block by block. The bootloader restarts with the last one, and the drive may be
 * gone before the system has heard that all arrived.
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
      throw new UserError(`${name}: ${messageOf(error)}, after ${written} bytes`);
  }
}
