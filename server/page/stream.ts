import type { Events, SocketEvent, WatchRequest } from "../../src/common/api";
import { sleep } from "../base/wait-for";

export type ConnectionState = "connecting" | "live" | "away";

export interface StreamHandlers {
  onEvent: <K extends keyof Events>(name: K, event: Events[K]) => void;
  onConnection: (connection: ConnectionState) => void;
}

const NAMES: { [K in keyof Events]: true } = {
  snapshot: true,
  changes: true,
  group: true,
  updates: true,
  broker: true,
  disk: true,
  preparing: true,
  class: true,
};

const RETRY_MS = 1_000;
const PROBE_TIMEOUT_MS = 5_000;
/** Time after which a hidden page disconnects, ms. The server then does no work for it. */
const HIDDEN_MS = 60_000;

/** WebSocket, or server-sent events if a proxy blocks WebSockets. */
type Transport = "socket" | "events";

interface Source {
  /** Requests the values of these devices. Server-sent events always carry all values. */
  watch?(ids: string[] | null): void;
  close(): void;
}

type OnEvent = StreamHandlers["onEvent"];

/**
 * The server's live events while the page is open. WebSockets are preferred: a browser allows only
 * six HTTP/1.1 connections to a server for all its tabs, and each stream of server-sent events
 * takes one, but it allows hundreds of WebSockets. This class reconnects, because browsers do so
 * for server-sent events only, and not after an HTTP error.
 */
export class Stream {
  private source: Source | undefined;
  /** Whether the current source has sent its snapshot; and the last request sent to that source. */
  private isLive = false;
  private watched = "null";
  private hiddenTimer: number | undefined;

  /** @param path of the stream, relative to the page */
  constructor(
    private readonly path: string,
    private readonly handlers: StreamHandlers,
  ) {
    document.addEventListener("visibilitychange", () => this.onVisibility());
    this.open("socket");
  }

  /**
   * Requests the values of devices.
   * @param ids devices whose values are wanted; null for all
   */
  watch(ids: string[] | null): void {
    const watched = JSON.stringify(ids);
    if (!this.isLive || watched === this.watched) return;
    this.watched = watched;
    this.source?.watch?.(ids);
  }

  private open(transport: Transport): void {
    this.isLive = false;
    this.watched = "null";
    const onEvent: OnEvent = (name, event) => {
      this.handlers.onEvent(name, event);
      // The connection counts as live only after the snapshot: before the snapshot there is nothing
      // to show.
      if (name !== "snapshot") return;
      this.isLive = true;
      this.handlers.onConnection("live");
    };
    const url = new URL(this.path, location.href);
    const open = transport === "socket" ? openSocket : openEventSource;
    const source = open(url, onEvent, () => {
      if (this.source === source) void this.retry(source, transport, this.isLive);
    });
    this.source = source;
  }

  private async retry(source: Source, transport: Transport, wasLive: boolean): Promise<void> {
    this.handlers.onConnection("away");
    const status = await Promise.all([probe(), sleep(RETRY_MS)]).then(([first]) => first);
    // The login has expired. After a reload, the server asks for the token.
    if (status === 401) location.reload();
    if (this.source !== source) return;
    const isBlocked = transport === "socket" && !wasLive && status === 200;
    this.open(isBlocked ? "events" : "socket");
  }

  private onVisibility(): void {
    clearTimeout(this.hiddenTimer);
    if (document.hidden)
      this.hiddenTimer = window.setTimeout(() => {
        const { source } = this;
        this.source = undefined;
        source?.close();
      }, HIDDEN_MS);
    else if (!this.source) {
      this.handlers.onConnection("connecting");
      this.open("socket");
    }
  }
}

function openSocket(url: URL, onEvent: OnEvent, onEnd: () => void): Source {
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const { event, data: content } = JSON.parse(data) as SocketEvent;
    onEvent(event, content);
  });
  socket.addEventListener("close", onEnd);
  return {
    watch: (watch) => socket.send(JSON.stringify({ watch } satisfies WatchRequest)),
    close: () => socket.close(),
  };
}

function openEventSource(url: URL, onEvent: OnEvent, onEnd: () => void): Source {
  const source = new EventSource(url);
  for (const name of Object.keys(NAMES) as (keyof Events)[])
    source.addEventListener(name, (event: MessageEvent<string>) =>
      onEvent(name, JSON.parse(event.data) as Events[typeof name]),
    );
  source.addEventListener("error", () => {
    source.close();
    onEnd();
  });
  return source;
}

/**
 * Finds out whether the server answers, and whether the login is still valid.
 * @returns the HTTP status of a small request, or undefined if there was no answer
 */
async function probe(): Promise<number | undefined> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const answer = await fetch("api/devices", { method: "HEAD", signal }).catch(() => undefined);
  return answer?.status;
}
