import { createServer } from "node:net";

/**
 * Whether another program listens on this port of the IPv6 loopback, [::1]. For the name localhost,
 * a browser tries [::1] first (RFC 6724, section 6), and so would reach the other program.
 */
export function isTakenOnIpv6(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRINUSE"));
    server.listen({ port, host: "::1", ipv6Only: true }, () => server.close(() => resolve(false)));
  });
}
