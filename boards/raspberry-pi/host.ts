/** What the system says of this Raspberry Pi, and of who runs this. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Permission } from "./problems";

const SERIAL_NUMBER = "/proc/device-tree/serial-number";
const MACHINE_ID = "/etc/machine-id";
/** Of systemd-timesyncd, and what it puts there: systemd-time-wait-sync.service(8). */
const TIME_SYNC = "/run/systemd/timesync";

/** The same at each start, 16 hexadecimal digits: the Pi's serial number, or else the system's. */
export function hardwareId(): string {
  const serial = contentOf(SERIAL_NUMBER).replace(/\0.*/s, "");
  if (/^[0-9a-f]{16}$/i.test(serial)) return serial.toLowerCase();
  // machine-id(5): not to be shown as it is.
  const machine = contentOf(MACHINE_ID).trim() || hostname();
  return createHash("sha256").update(`nightlight ${machine}`).digest("hex").slice(0, 16);
}

/** A Pi has no clock of its own: false until a time server has told the time, if one is asked. */
export function isClockRight(): boolean {
  return !existsSync(TIME_SYNC) || existsSync(`${TIME_SYNC}/synchronized`);
}

/** Who runs this, and the group that may use a file of the kernel's. */
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
