import { createServer, type Server } from "node:net";
import { until } from "./until";

/** Port that serves as the lock. Nothing else on the computer uses it. */
const LOCK_PORT = 18_083;

/**
 * Waits for the exclusive use of the fixed ports of the DeviceScript CLI's development server,
 * across test files and checkouts. If the process that holds the lock is killed, the lock is
 * released.
 * @returns a function that releases the lock
 */
export async function lockDevtools(): Promise<() => Promise<void>> {
  let server: Server | undefined;
  await until(
    "the CLI's ports are free",
    async () => {
      server = await listen();
      return server !== undefined;
    },
    240_000,
  );
  return async () => {
    await new Promise((resolve) => server?.close(resolve));
  };
}

function listen(): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => setTimeout(() => resolve(undefined), 100));
    server.listen(LOCK_PORT, "127.0.0.1", () => resolve(server));
  });
}
