import type { UpdatesView, UpdateView } from "../../src/common/update-api";
import type { ServerBus } from "../deciding/index";
import type { EventStream } from "./event-stream";

/** Time in which changes of updates are gathered before they are sent, ms. */
const WINDOW_MS = 200;
/** Interval at which programs are checked, ms: no event announces a changed or compiled source. */
const PROGRAMS_MS = 5_000;

export interface LiveUpdatesParts {
  bus: ServerBus;
  updates: { view: () => UpdatesView };
  stream: Pick<EventStream, "isRead" | "send">;
}

/** Sends changed updates to the live stream. */
export class LiveUpdates {
  /** The mark of each device's update, as `markOf` returned it when the update was last sent. */
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

  /** Sends changed updates at once: the snapshot of a new page already contains them. */
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

/** Returns a text that changes with every step, because each step adds a line. */
function markOf({ begunMs, step, lines }: UpdateView): string {
  return `${begunMs} ${step} ${lines.length}`;
}
