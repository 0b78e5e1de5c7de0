import type { ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import type { Events } from "../../src/common/api";

/**
 * Minimum backlog at which a slow reader is disconnected, bytes. The limit is twice the snapshot's
 * length if that is more. The browser then reconnects.
 */
const MAX_BACKLOG_BYTES = 1_000_000;
/** Interval of heartbeats, which keep proxies from closing an idle stream, ms. */
const HEARTBEAT_MS = 15_000;

export const EVENT_STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
};

/** The devices whose values a reader wants; undefined for all devices. */
export type WatchFilter = ReadonlySet<string> | undefined;

interface Reader {
  watched: WatchFilter;
  maxBacklogBytes: number;
  send(name: string, json: string): void;
  backlogBytes(): number;
  cutOff(): void;
  beat(): void;
}

/** The live events, sent to readers over server-sent events (WHATWG HTML 9.2) or a WebSocket. */
export class EventStream {
  private readonly readers = new Map<ServerResponse | WebSocket, Reader>();
  private readonly timer = setInterval(() => this.beat(), HEARTBEAT_MS);

  /** Whether there is a reader. Without one, no events are collected. */
  get isRead(): boolean {
    return this.readers.size > 0;
  }

  /** Whether any reader wants the values of this device. */
  isWatched(id: string): boolean {
    for (const { watched } of this.readers.values()) if (watched?.has(id) ?? true) return true;
    return false;
  }

  add(response: ServerResponse, snapshot: Events["snapshot"]): void {
    response.writeHead(200, EVENT_STREAM_HEADERS);
    response.write("retry: 1000\n");
    response.on("close", () => this.readers.delete(response));
    this.begin(response, snapshot, {
      send: (name, json) => response.write(`event: ${name}\ndata: ${json}\n\n`),
      backlogBytes: () => response.writableLength,
      cutOff: () => response.destroy(),
      beat: () => response.write(": still here\n\n"),
    });
  }

  /**
   * Adds a reader over a WebSocket. Browsers allow six HTTP/1.1 connections to a server, but
   * hundreds of WebSockets.
   */
  addSocket(socket: WebSocket, snapshot: Events["snapshot"]): void {
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.readers.delete(socket));
    this.begin(socket, snapshot, {
      // The format is `SocketEvent` in `src/common/api.ts`.
      send: (name, json) => socket.send(`{"event":"${name}","data":${json}}`),
      backlogBytes: () => socket.bufferedAmount,
      cutOff: () => socket.terminate(),
      beat: () => socket.ping(),
    });
  }

  /**
   * Sets the devices whose values a reader wants.
   * @returns the devices that the reader watched before
   */
  watch(socket: WebSocket, watched: WatchFilter): WatchFilter {
    const reader = this.readers.get(socket);
    const before = reader?.watched;
    if (reader) reader.watched = watched;
    return before;
  }

  send<K extends keyof Events>(name: K, event: Events[K]): void {
    this.sendEach(name, () => event);
  }

  sendTo<K extends keyof Events>(socket: WebSocket, name: K, event: Events[K]): void {
    this.readers.get(socket)?.send(name, JSON.stringify(event));
  }

  /**
   * Sends an event to each reader.
   * @param eventFor returns the event for readers that watch these devices; undefined to send
   * nothing
   */
  sendEach<K extends keyof Events>(
    name: K,
    eventFor: (watched: WatchFilter) => Events[K] | undefined,
  ): void {
    /** The JSON of each event, made once: most readers get the same event. */
    const texts = new Map<Events[K], string>();
    for (const reader of this.readers.values()) {
      const event = eventFor(reader.watched);
      if (event === undefined) continue;
      const json = texts.get(event) ?? JSON.stringify(event);
      texts.set(event, json);
      if (reader.backlogBytes() > reader.maxBacklogBytes) reader.cutOff();
      else reader.send(name, json);
    }
  }

  stop(): void {
    clearInterval(this.timer);
    for (const reader of this.readers.values()) reader.cutOff();
  }

  private begin(
    key: ServerResponse | WebSocket,
    snapshot: Events["snapshot"],
    reader: Omit<Reader, "watched" | "maxBacklogBytes">,
  ): void {
    const json = JSON.stringify(snapshot);
    const maxBacklogBytes = Math.max(MAX_BACKLOG_BYTES, 2 * json.length);
    this.readers.set(key, { ...reader, watched: undefined, maxBacklogBytes });
    reader.send("snapshot", json);
  }

  private beat(): void {
    for (const reader of this.readers.values()) reader.beat();
  }
}
