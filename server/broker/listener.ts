import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { peerAddress } from "../base/peer-address";
import type { Rejections } from "../base/rejections";
import type { Listener } from "../setup/security-options";
import type { Connections } from "./connections";

/** How long a client may take over its TLS handshake, ms. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** If a client ends its side, we end ours, but only once its DISCONNECT is on the disk. */
const HALF_OPEN = { allowHalfOpen: true };
/** After this long in silence the system asks whether a peer is still there, ms. */
const PROBE_AFTER_MS = 60_000;

/**
 * A server, not listening yet, that hands over what connects within the limits.
 * @param serve gets the socket, its address and the common name of its verified certificate
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
    // Commands are small and wanted at once: no waiting for more to send.
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
      // The type says Error, the value is OpenSSL's code.
      const why = String(socket.authorizationError);
      rejections.refuse("broker", "certificate", `${peerAddress(socket)}: ${why}`);
      socket.destroy();
      return;
    }
    serve(socket, peerAddress(socket), name);
  });
  server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
    // A client that just went away, as a port scanner does, has presented nothing.
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
