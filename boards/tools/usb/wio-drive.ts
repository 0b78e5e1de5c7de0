/** The Wio Terminal's bootloader, which shows itself as a drive (Seeed-Studio/uf2-samdx1). */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "../../../server/base/user-error";
import { loadSerialPort } from "./serial-port";

/** What its file INFO_UF2.TXT says. */
const BOARD_ID = "SAMD51P19A-WioTerminal";
/** To open a port at this rate, and to let go of it, is the sign to restart into the bootloader. */
const TOUCH_BAUD = 1200;
const BLOCK_BYTES = 512;

/** @returns the folder of the drive, if it is there */
export function findDrive(wanted: string | undefined): string | undefined {
  const folders = wanted === undefined ? mountedFolders() : [wanted];
  return folders.find((folder) => infoOf(folder)?.includes(BOARD_ID));
}

function infoOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, "INFO_UF2.TXT"), "latin1");
  } catch {
    return undefined;
  }
}

/** Windows' drives; A and B are floppy disks, which take seconds to say that nothing is there. */
const WINDOWS_DRIVES = "CDEFGHIJKLMNOPQRSTUVWXYZ".split("").map((letter) => `${letter}:\\`);

/** Where drives may be: as Windows names them, as Linux lists them, as macOS lays them out. */
export function mountedFolders(platform = process.platform): string[] {
  if (platform === "win32") return WINDOWS_DRIVES;
  const inFolder = (parent: string): string[] => {
    try {
      return readdirSync(parent).map((name) => join(parent, name));
    } catch {
      return [];
    }
  };
  let mounts: string[] = [];
  try {
    mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "))
      .filter((folder) => folder !== "");
  } catch {
    // Another system.
  }
  const { username } = userInfo();
  const parents = ["/Volumes", `/media/${username}`, `/run/media/${username}`];
  return [...mounts, ...parents.flatMap(inFolder)];
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
