import { type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { HttpError } from "./http-request";

/**
 * Maximum size of a WebSocket message, bytes. A message may contain several MQTT packets, whose
 * sizes the broker limits.
 */
const MAX_MESSAGE_BYTES = 256 * 1024;

/** Handles the WebSockets of one path. */
export interface SocketRoute {
  /**
   * Checks whether the client may open a WebSocket.
   * @throws HttpError if it may not
   */
  admit(request: IncomingMessage): void;
  serve(socket: WebSocket, request: IncomingMessage): void;
}

/**
 * Accepts WebSockets on an HTTP server.
 * @param routeOf returns the route for a request, and throws HttpError if there is none
 */
export function serveWebSockets(
  server: Server,
  routeOf: (request: IncomingMessage) => SocketRoute,
): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // The subprotocol is "mqtt"; before MQTT 3.1.1 it was "mqttv3.1" [MQTT-6.0.0-3, MQTT-6.0.0-4].
    handleProtocols: (offered) =>
      ["mqtt", "mqttv3.1"].find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy());
    try {
      const route = routeOf(request);
      route.admit(request);
      sockets.handleUpgrade(request, stream, head, (socket) => route.serve(socket, request));
    } catch (error) {
      refuse(stream, error);
    }
  });
  return sockets;
}

function refuse(stream: Duplex, error: unknown): void {
  const status = error instanceof HttpError ? error.status : 500;
  const words = error instanceof HttpError ? error.message : "internal error";
  const body = `${JSON.stringify({ error: words })}\n`;
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
