import type { AddressInfo, Server } from "node:net";
import { UserError } from "./user-error";

export class PortInUse extends UserError {}

/**
 * Listens, or says in one line why not.
 * @param option the flag by which a person can choose another port
 * @throws PortInUse, or another UserError
 * @returns the port, which the system chose if 0 was asked for
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
