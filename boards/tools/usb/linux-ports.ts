import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** The properties of a serial port that the tools use. */
export interface Port {
  path: string;
  manufacturer?: string;
  /** USB vendor, hexadecimal. */
  vendorId?: string;
  /** The vendor's number for the product, hexadecimal. */
  productId?: string;
  serialNumber?: string;
}

/** Names of USB serial ports on Linux. */
const USB = /^tty(ACM|USB)\d+$/;
/** Number of folders from a port's interface up to its USB device. */
const LEVELS = 4;

/**
 * Lists the USB serial ports of a Linux without udev's programs, such as Alpine or a container,
 * from the kernel's files.
 * @param root the folder of the kernel's files; tests use another folder
 */
export function linuxPorts(root = "/sys/class/tty"): Port[] {
  return readdirSync(root)
    .filter((name) => USB.test(name))
    .map((name) => ({ path: `/dev/${name}`, ...usbDevice(join(root, name, "device")) }));
}

function usbDevice(link: string): Omit<Port, "path"> {
  let folder: string;
  try {
    folder = realpathSync(link);
  } catch {
    // The port was unplugged just now.
    return {};
  }
  for (let level = 0; level < LEVELS; level++, folder = dirname(folder)) {
    const vendorId = said(folder, "idVendor");
    if (vendorId === undefined) continue;
    const more = {
      productId: said(folder, "idProduct"),
      manufacturer: said(folder, "manufacturer"),
      serialNumber: said(folder, "serial"),
    };
    const known = Object.entries(more).filter(([, value]) => value !== undefined);
    return { vendorId, ...(Object.fromEntries(known) as Omit<Port, "path">) };
  }
  return {};
}

function said(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8").trim();
  } catch {
    return undefined;
  }
}
