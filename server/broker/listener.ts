import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { peerAddress } from "../base/peer-address";
import type { Rejections } from "../base/rejections";
import type { Listener } from "../setup/security-options";
import type { Connections } from "./connections";

/** How long a client's TLS handshake may take, ms. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/**
 * Keeps our side of a connection open when the client ends its side: our side ends only once the
 * effect of the client's DISCONNECT is on the disk.
 */
const HALF_OPEN = { allowHalfOpen: true };
/**
 * Silence after which the operating system probes whether the peer is still there (TCP keep-alive),
 * ms.
 */
const PROBE_AFTER_MS = 60_000;

/**
 * Makes a server that does not listen yet and that accepts connections within the limits.
 * @param serve called with an accepted socket, its address and the common name of its verified
 * certificate
 */
export function createListener(
  { tls, clientCertificates = "no" }: Listener,
  connections: Connections,
  rejections: Rejections,
  serve: (socket: Socket, address: string, certificate?: string) => void,
): Server {
  const accept = (socket: Socket): void => {
    const address = peerAddress(socket);
    if (!connections.acquire(address)) {
      socket.destroy();
      return;
    }
    socket.on("close", () => connections.release(address));
    socket.on("error", () => socket.destroy());
    // Commands are small and urgent, so they do not wait for more data (Nagle's algorithm).
    socket.setNoDelay(true);
    socket.setKeepAlive(true, PROBE_AFTER_MS);
  };
  if (!tls)
    return createServer(HALF_OPEN, (socket) => {
      accept(socket);
      if (!socket.destroyed) serve(socket, peerAddress(socket));
    });

  const server = createTlsServer({
    ...tls,
    ...HALF_OPEN,
    minVersion: "TLSv1.2",
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    requestCert: clientCertificates !== "no",
    rejectUnauthorized: clientCertificates === "required",
  });
  server.on("connection", accept);
  server.on("secureConnection", (socket) => {
    const { presented, name } = certificateOf(socket);
    if (presented && !socket.authorized) {
      // Typed as Error, but the value is OpenSSL's code.
      const why = String(socket.authorizationError);
      rejections.refuse("broker", "certificate", `${peerAddress(socket)}: ${why}`);
      socket.destroy();
      return;
    }
    serve(socket, peerAddress(socket), name);
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    // A client that only disconnects, as a port scanner does, has presented no certificate to
    // refuse.
    if (error.code === "ECONNRESET") return;
    rejections.refuse(
      "broker",
      "certificate",
      `${peerAddress(socket)}: ${error.code ?? error.message}`,
    );
  });
  return server;
}

function certificateOf(socket: TLSSocket): { presented: boolean; name?: string } {
  const { subject } = socket.getPeerCertificate() as { subject?: { CN?: string } };
  return { presented: subject !== undefined, name: socket.authorized ? subject?.CN : undefined };
}
