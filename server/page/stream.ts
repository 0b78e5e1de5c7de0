import type { Events } from "../../src/common/api";

export type Connection = "connecting" | "live" | "away";

export interface StreamHandlers {
  onEvent: <K extends keyof Events>(name: K, event: Events[K]) => void;
  onConnection: (connection: Connection) => void;
}

const NAMES: { [K in keyof Events]: true } = {
  snapshot: true,
  changes: true,
  group: true,
  broker: true,
};

const RETRY_MS = 1_000;
/** A page that nobody looks at lets go: a browser allows six streams to one server. */
const HIDDEN_MS = 60_000;

/** A login ends some day: the page loaded anew is the one that asks for the token. */
async function reloadIfLoggedOut(): Promise<void> {
  const answer = await fetch("/api/devices", { method: "HEAD" }).catch(() => undefined);
  if (answer?.status === 401) location.reload();
}

/**
 * The server's live events, for as long as the page is open. A browser's own reconnection gives
 * up for good on an HTTP error, and some on a refused connection: so it is always done here.
 */
export class Stream {
  private source: EventSource | undefined;
  private hiddenTimer: number | undefined;

  constructor(
    private readonly url: string,
    private readonly handlers: StreamHandlers,
  ) {
    document.addEventListener("visibilitychange", () => this.onVisibility());
    this.open();
  }

  private open(): void {
    const source = new EventSource(this.url);
    this.source = source;
    for (const name of Object.keys(NAMES) as (keyof Events)[])
      source.addEventListener(name, (event: MessageEvent<string>) => {
        this.handlers.onEvent(name, JSON.parse(event.data) as Events[typeof name]);
        // Live with the snapshot, not with the connection: before it there is nothing to show.
        if (name === "snapshot") this.handlers.onConnection("live");
      });
    source.addEventListener("error", () => {
      source.close();
      this.handlers.onConnection("away");
      void reloadIfLoggedOut();
      setTimeout(() => {
        if (this.source === source) this.open();
      }, RETRY_MS);
    });
  }

  private onVisibility(): void {
    clearTimeout(this.hiddenTimer);
    if (document.hidden)
      this.hiddenTimer = window.setTimeout(() => {
        this.source?.close();
        this.source = undefined;
      }, HIDDEN_MS);
    else if (!this.source) {
      this.handlers.onConnection("connecting");
      this.open();
    }
  }
}
