import type { IncomingMessage, Server } from "node:http";
import { WebSocketServer, createWebSocketStream } from "ws";
import type { Broker } from "../broker/broker";
import { peerAddress } from "../base/peer-address";
import { HttpError } from "./http-request";
import type { PageAccess } from "./page-access";

/** A WebSocket message may hold several packets, each of which the broker bounds. */
const MAX_MESSAGE_BYTES = 256 * 1024;

/**
 * MQTT over WebSocket at /mqtt. It asks for no token: the broker asks for user and password.
 * @param broker undefined where there is none to be reached this way
 */
export function serveMqtt(
  server: Server,
  broker: Broker | undefined,
  access: PageAccess,
): WebSocketServer {
  const sockets = new WebSocketServer({
    server,
    path: "/mqtt",
    maxPayload: MAX_MESSAGE_BYTES,
    // [MQTT-6.0.0-4]: the subprotocol is "mqtt".
    handleProtocols: (offered) => (offered.has("mqtt") ? "mqtt" : false),
    verifyClient: ({ req }, done) => {
      const refusal = broker ? crossSite(access, req) : new HttpError(404, "no broker here");
      if (refusal) done(false, refusal.status, refusal.message);
      else done(true);
    },
  });
  sockets.on("error", () => undefined);
  sockets.on("connection", (socket, request) => {
    const stream = createWebSocketStream(socket);
    stream.on("error", () => stream.destroy());
    if (!broker?.handle(stream, peerAddress(request.socket))) socket.terminate();
  });
  return sockets;
}

function crossSite(access: PageAccess, request: IncomingMessage): HttpError | undefined {
  try {
    access.refuseCrossSite(request);
    return undefined;
  } catch (error) {
    if (error instanceof HttpError) return error;
    throw error;
  }
}
