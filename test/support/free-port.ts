import { createServer } from "node:net";

/**
 * Range of the ports. It is below the ranges from which Linux (32768), macOS and Windows (49152)
 * assign ports to clients, so that no client takes a port before the server does.
 */
const FIRST = 10_000;
const LAST = 32_767;
const TRIES = 200;

/** Returns a free loopback port for a server that must keep its port across restarts. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${FIRST} to ${LAST} in ${TRIES} tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
