import type { AddressInfo, Server } from "node:net";
import { UserError } from "./user-error";

export class PortInUse extends UserError {}

/**
 * Listens on a port.
 * @param option the flag that selects another port, for the error message
 * @throws PortInUse, or another UserError, with a one-line message
 * @returns the port; if 0 was requested, the one that the system chose
 */
export async function listen(
  server: Server,
  host: string,
  port: number,
  option: string,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(new PortInUse(`port ${port} is in use: choose another one with ${option}`));
      else reject(new UserError(`cannot listen on ${host}:${port}: ${error.message}`));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
