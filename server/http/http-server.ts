import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Tls } from "../setup/tls";

/** Time limits for a request, ms, against clients that are slow on purpose. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 2_000;
/**
 * How long an idle connection stays open, ms: longer than the 60 s of most proxies, so that they
 * close it. After Node's 5 s, a server that wakes up would close a connection without reading the
 * request that has arrived.
 */
const IDLE_TIMEOUT_MS = 65_000;
/**
 * Maximum size of a request's header: Node's default, stated explicitly. A longer header is
 * answered with 431.
 */
const MAX_HEADER_BYTES = 16_384;

/** Creates an HTTP server, or an HTTPS one if there is a certificate, with timeouts. */
export function createHttpServer(tls: Tls | undefined, maxConnections: number): Server {
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = tls
    ? createTlsServer({
        ...options,
        cert: tls.cert,
        key: tls.key,
        minVersion: "TLSv1.2",
        handshakeTimeout: HEADERS_TIMEOUT_MS,
      })
    : createServer(options);
  server.maxConnections = maxConnections;
  return server;
}
