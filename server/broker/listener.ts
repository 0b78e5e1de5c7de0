import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { peerAddress } from "../base/peer-address";
import type { Rejections } from "../base/rejections";
import type { Listener } from "../setup/security-options";
import type { Connections } from "./connections";

/** How long a client's TLS handshake may take, ms. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** If a client ends its side, our side ends only once the client's DISCONNECT is on the disk. */
const HALF_OPEN = { allowHalfOpen: true };
/** Silence after which the system checks whether the peer is still there, ms. */
const PROBE_AFTER_MS = 60_000;

/**
 * Makes a server, not listening yet, that passes on the connections within the limits.
 * @param serve called with the socket, its address and the common name of its verified certificate
 */
export function createListener(
  { tls, clientCertificates = "no" }: Listener,
  connections: Connections,
  rejections: Rejections,
  serve: (socket: Socket, address: string, certificate?: string) => void,
): Server {
  const accept = (socket: Socket): void => {
    const address = peerAddress(socket);
    if (!connections.take(address)) {
      socket.destroy();
      return;
    }
    socket.on("close", () => connections.giveBack(address));
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
    // A client that has only disconnected, as a port scanner does, has presented no certificate.
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
