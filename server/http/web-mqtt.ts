import { createWebSocketStream, type WebSocket } from "ws";
import type { Broker } from "../broker/index";

/** Serves MQTT over a WebSocket. */
export function serveMqtt(socket: WebSocket, broker: Broker, address: string): void {
  const stream = createWebSocketStream(socket);
  stream.on("error", () => stream.destroy());
  // A text message closes the connection [MQTT-6.0.0-1]. This listener comes before the stream's,
  // which would accept the message.
  socket.prependListener("message", (_data, isBinary) => {
    if (!isBinary) stream.destroy();
  });
  if (!broker.handle(stream, address)) socket.terminate();
}
