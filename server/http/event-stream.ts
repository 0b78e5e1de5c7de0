import type { ServerResponse } from "node:http";
import type { Events } from "../../src/common/api";

/** A reader that lags by this much is cut off; its browser comes back by itself. */
const MAX_BACKLOG_BYTES = 1_000_000;
/** Keeps proxies from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;

/** The live event stream of the page (server-sent events, WHATWG HTML section 9.2). */
export class EventStream {
  private readonly readers = new Set<ServerResponse>();
  private readonly timer = setInterval(() => this.write(": still here\n\n"), HEARTBEAT_MS);

  /** Whether anybody reads it: what happens for nobody costs nothing. */
  get isRead(): boolean {
    return this.readers.size > 0;
  }

  add(response: ServerResponse, snapshot: Events["snapshot"]): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`retry: 1000\n${format("snapshot", snapshot)}`);
    this.readers.add(response);
    response.on("close", () => this.readers.delete(response));
  }

  send<K extends keyof Events>(name: K, event: Events[K]): void {
    if (this.readers.size) this.write(format(name, event));
  }

  stop(): void {
    clearInterval(this.timer);
    for (const reader of this.readers) reader.destroy();
  }

  private write(text: string): void {
    for (const reader of this.readers) {
      if (reader.writableLength > MAX_BACKLOG_BYTES) reader.destroy();
      else reader.write(text);
    }
  }
}

function format(name: string, event: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(event)}\n\n`;
}
