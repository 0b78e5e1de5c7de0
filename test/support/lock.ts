import { createServer, type Server } from "node:net";
import { until } from "./until";

/** Any port will do, as long as nobody else uses it for anything. */
const LOCK_PORT = 18_083;

/**
 * The DeviceScript CLI's development server has fixed ports: whoever wants them waits here, in
 * whatever test file or checkout. A killed process gives the lock back by itself.
 */
export async function lockDevtools(): Promise<() => Promise<void>> {
  let server: Server | undefined;
  await until(
    "nobody else uses the CLI's ports",
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
