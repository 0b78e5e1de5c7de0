import type { ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import type { Events } from "../../src/common/api";

/** A reader that lags by this much is cut off; its browser comes back by itself. */
const MAX_BACKLOG_BYTES = 1_000_000;
/** Keeps proxies from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;

export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
};

/** The live events, to readers of server-sent events (WHATWG HTML 9.2) and of a WebSocket. */
export class EventStream {
  private readonly responses = new Set<ServerResponse>();
  private readonly sockets = new Set<WebSocket>();
  private readonly timer = setInterval(() => this.beat(), HEARTBEAT_MS);

  /** Whether anybody reads it: what happens for nobody costs nothing. */
  get isRead(): boolean {
    return this.responses.size + this.sockets.size > 0;
  }

  add(response: ServerResponse, snapshot: Events["snapshot"]): void {
    response.writeHead(200, EVENT_STREAM_HEADERS);
    response.write(`retry: 1000\n${sseText("snapshot", JSON.stringify(snapshot))}`);
    this.responses.add(response);
    response.on("close", () => this.responses.delete(response));
  }

  /** A browser opens six HTTP/1.1 connections to a server, but hundreds of WebSockets. */
  addSocket(socket: WebSocket, snapshot: Events["snapshot"]): void {
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.sockets.delete(socket));
    socket.send(socketText("snapshot", JSON.stringify(snapshot)));
    this.sockets.add(socket);
  }

  send<K extends keyof Events>(name: K, event: Events[K]): void {
    if (!this.isRead) return;
    const json = JSON.stringify(event);
    this.write(sseText(name, json));
    for (const socket of this.sockets) {
      if (socket.bufferedAmount > MAX_BACKLOG_BYTES) socket.terminate();
      else socket.send(socketText(name, json));
    }
  }

  stop(): void {
    clearInterval(this.timer);
    for (const response of this.responses) response.destroy();
    for (const socket of this.sockets) socket.terminate();
  }

  private beat(): void {
    this.write(": still here\n\n");
    for (const socket of this.sockets) socket.ping();
  }

  private write(text: string): void {
    for (const response of this.responses) {
      if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
      else response.write(text);
    }
  }
}

function sseText(name: string, json: string): string {
  return `event: ${name}\ndata: ${json}\n\n`;
}

/** `SocketEvent` of `src/common/api.ts`. */
function socketText(name: string, json: string): string {
  return `{"event":"${name}","data":${json}}`;
}
