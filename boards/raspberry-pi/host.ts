/** Facts about this Raspberry Pi and the user who runs the program. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Permission } from "./problems";

const SERIAL_NUMBER = "/proc/device-tree/serial-number";
const MACHINE_ID = "/etc/machine-id";
/** The folder of systemd-timesyncd, and its file: systemd-time-wait-sync.service(8). */
const TIME_SYNC = "/run/systemd/timesync";

/** A constant id of 16 hexadecimal digits: the Pi's serial number, or a hash of the system's id. */
export function hardwareId(): string {
  const serial = contentOf(SERIAL_NUMBER).replace(/\0.*/s, "");
  if (/^[0-9a-f]{16}$/i.test(serial)) return serial.toLowerCase();
  // The machine id must not be published, so it is hashed: machine-id(5).
  const machine = contentOf(MACHINE_ID).trim() || hostname();
  return createHash("sha256").update(`nightlight ${machine}`).digest("hex").slice(0, 16);
}

/**
 * Whether the clock is right. A Pi has no clock of its own: if the system uses a time server, this
 * is false until the time server has answered.
 */
export function isClockSynchronised(): boolean {
  return !existsSync(TIME_SYNC) || existsSync(`${TIME_SYNC}/synchronized`);
}

/** The user who runs the program, and the group that may use a device file of the kernel. */
export function permission(path: string): Permission {
  return { user: userInfo().username, group: groupOf(path) };
}

function groupOf(path: string): string {
  try {
    const { gid } = statSync(path);
    const line = contentOf("/etc/group")
      .split("\n")
      .find((line) => line.split(":")[2] === String(gid));
    return line?.split(":")[0] ?? String(gid);
  } catch {
    return "root";
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
