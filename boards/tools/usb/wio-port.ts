/** Finds Wio Terminals among the serial ports. */
import { UserError } from "../../../server/base/user-error";
import { WIO_TERMINAL } from "../../line/serial";
import { askTerminal, choosePort, listed, listPorts, type Port } from "./serial-port";

/** Whether a Wio Terminal with a running program is on the port, Nightlight's or Arduino's. */
export function isWioTerminal({ vendorId = "", productId = "" }: Port): boolean {
  return (
    parseInt(vendorId, 16) === WIO_TERMINAL.vendorId &&
    parseInt(productId, 16) === WIO_TERMINAL.productId
  );
}

/**
 * A board's serial number, or else its path. Windows gives an empty serial number if it knows none.
 */
export function identityOf({ path, serialNumber = "" }: Port): string {
  return serialNumber === "" ? path : serialNumber;
}

/**
 * Chooses the port of a Wio Terminal. Unless `wanted` names a port, other boards are left alone,
 * because some restart when their port is opened.
 * @param wanted the port from `--port`
 * @param advice what to do if no Wio Terminal is found
 * @throws UserError if no Wio Terminal is found, or if several are found and the user chooses none
 */
export async function chooseWio(wanted: string | undefined, advice: string): Promise<string> {
  const ports = await listPorts();
  const likely = wanted === undefined ? ports.filter(isWioTerminal) : ports;
  const port = await choosePort(wanted, likely, askTerminal);
  if (port !== undefined) return port;
  throw new UserError(`no Wio Terminal found: there ${listed(ports)}; ${advice}`);
}

export const PLUG_IN = "plug it in with a cable that carries data";
