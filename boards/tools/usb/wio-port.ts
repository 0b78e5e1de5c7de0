/** A Wio Terminal among the serial ports. */
import { UserError } from "../../../server/base/user-error";
import { WIO_TERMINAL } from "../../line/serial";
import { askTerminal, choosePort, listed, listPorts, type Port } from "./serial-port";

/** One whose program runs, ours or Arduino's. */
export function isWioTerminal({ vendorId = "", productId = "" }: Port): boolean {
  return (
    parseInt(vendorId, 16) === WIO_TERMINAL.vendorId &&
    parseInt(productId, 16) === WIO_TERMINAL.productId
  );
}

/** Windows has an empty serial number if it knows none. */
export function identityOf({ path, serialNumber = "" }: Port): string {
  return serialNumber === "" ? path : serialNumber;
}

/**
 * The port of a Wio Terminal. Other boards are left alone, because some restart if their port is
 * opened, unless one is named.
 * @param wanted by `--port`
 * @param advice what to do if there is none
 * @throws UserError if there is none, or if there are several and nobody chooses
 */
export async function chooseWio(wanted: string | undefined, advice: string): Promise<string> {
  const ports = await listPorts();
  const likely = wanted === undefined ? ports.filter(isWioTerminal) : ports;
  const port = await choosePort(wanted, likely, askTerminal);
  if (port !== undefined) return port;
  throw new UserError(`no Wio Terminal found: there ${listed(ports)}; ${advice}`);
}

export const PLUG_IN = "plug it in with a cable that carries data";
