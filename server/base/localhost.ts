import { createServer } from "node:net";

/**
 * Whether another program listens on this port of the other loopback, [::1]. A browser tries that
 * one first for the name localhost (RFC 6724, section 6), and so reaches the other program.
 */
export function isTakenOnIpv6(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRINUSE"));
    server.listen({ port, host: "::1", ipv6Only: true }, () => server.close(() => resolve(false)));
  });
}
