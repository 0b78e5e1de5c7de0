import type { UpdatesView, UpdateView } from "../../src/common/update-api";
import type { ServerBus } from "../deciding/events";
import type { EventStream } from "./event-stream";

/** What happens to the updates within this time goes out at once. */
const WINDOW_MS = 200;
/** Sources are changed and compiled without a word. */
const PROGRAMS_MS = 5_000;

export interface LiveUpdatesParts {
  bus: ServerBus;
  updates: { view: () => UpdatesView };
  stream: Pick<EventStream, "isRead" | "send">;
}

/** Sends what has changed of the updates to the live stream. */
export class LiveUpdates {
  /** By device, what of its update was told. */
  private readonly told = new Map<string, string>();
  private toldRest = "";
  private gathering: NodeJS.Timeout | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly parts: LiveUpdatesParts) {
    parts.bus.on("updates", this.noticed);
    this.timer = setInterval(() => {
      if (parts.stream.isRead) this.flush();
    }, PROGRAMS_MS);
    this.timer.unref();
  }

  private readonly noticed = () => {
    if (this.parts.stream.isRead) this.gathering ??= setTimeout(() => this.flush(), WINDOW_MS);
  };

  /** Sends what has changed: a page that opens now has it in its snapshot. */
  flush(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    const { updates, ...rest } = this.parts.updates.view();
    const changed = updates.filter((update) => this.told.get(update.id) !== markOf(update));
    const ids = new Set(updates.map(({ id }) => id));
    const removed = [...this.told.keys()].filter((id) => !ids.has(id));
    const restText = JSON.stringify(rest);
    const isNews = changed.length + removed.length > 0 || restText !== this.toldRest;
    for (const update of changed) this.told.set(update.id, markOf(update));
    for (const id of removed) this.told.delete(id);
    this.toldRest = restText;
    if (isNews) this.parts.stream.send("updates", { updates: changed, removed, ...rest });
  }

  stop(): void {
    this.parts.bus.off("updates", this.noticed);
    clearTimeout(this.gathering);
    clearInterval(this.timer);
  }
}

/** Each step has a line of its own. */
function markOf({ begunMs, step, lines }: UpdateView): string {
  return `${begunMs} ${step} ${lines.length}`;
}
