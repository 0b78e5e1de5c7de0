/** A Wio Terminal among the serial ports. */
import type { Port } from "./serial-port";

/** USB vendor. */
const SEEED = "2886";
/** USB product of the image, and of Arduino's; the bootloader has a port, too, but is another. */
const WIO_TERMINAL = "802d";

export function isSeeed({ vendorId }: Port): boolean {
  return vendorId === SEEED;
}

export function isWioTerminal(port: Port): boolean {
  return isSeeed(port) && port.productId?.toLowerCase() === WIO_TERMINAL;
}

/** Windows has an empty serial number if it knows none. */
export function identityOf({ path, serialNumber = "" }: Port): string {
  return serialNumber === "" ? path : serialNumber;
}
