import type { ChangesView, DeviceView } from "../../src/common/api";
import { withPrintablePayload } from "../base/log";
import type { Devices, ServerBus } from "../deciding/index";
import type { EventStream, WatchFilter } from "./event-stream";

/** Minimum time between two events, ms: a thousand devices cause five events a second. */
const WINDOW_MS = 200;
/** Maximum number of messages in one event, as many as the page shows. The newest are kept. */
const MAX_MESSAGES = 200;

/** Batches changes of devices into few events for the live stream. */
export class LiveChanges {
  /**
   * Changed devices by id. The value is true if anything other than measured values has changed.
   */
  private readonly changed = new Map<string, boolean>();
  private readonly removed = new Set<string>();
  private changes = noChanges();
  private timer: NodeJS.Timeout | undefined;
  private lastMs = -Infinity;

  constructor(
    bus: ServerBus,
    private readonly devices: Devices,
    private readonly stream: Pick<EventStream, "isRead" | "isWatched" | "sendEach">,
  ) {
    const { changed, removed } = this;
    bus.on("device", (id, isStanding) => {
      if (isStanding || stream.isWatched(id))
        this.note(() => changed.set(id, isStanding || changed.get(id) === true));
    });
    bus.on("removed", (id) => this.note(() => removed.add(id)));
    bus.on("reading", (reading) => {
      if (stream.isWatched(reading.id)) this.note(() => this.changes.readings.push(reading));
    });
    bus.on("led", (led) => {
      if (stream.isWatched(led.id)) this.note(() => this.changes.leds.push(led));
    });
    bus.on("message", (message) =>
      this.note(() => {
        const { messages } = this.changes;
        messages.push(message);
        if (messages.length <= MAX_MESSAGES) return;
        messages.shift();
        this.changes.messagesLeftOut++;
      }),
    );
  }

  /** Sends pending changes at once: the snapshot of a new page already contains them. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastMs = performance.now();
    const changes: ChangesView = {
      ...this.changes,
      messages: this.changes.messages.map(withPrintablePayload),
      devices: this.views([...this.changed.keys()]),
      removed: [...this.removed],
    };
    const standing = new Set([...this.changed].flatMap(([id, is]) => (is ? [id] : [])));
    this.changed.clear();
    this.removed.clear();
    this.changes = noChanges();
    this.stream.sendEach("changes", (watched) => {
      const part = watchedOf(changes, watched, standing);
      return isEmpty(part) ? undefined : part;
    });
  }

  /** Returns the views of the devices that a reader now watches and did not watch before. */
  begun(watched: WatchFilter, before: WatchFilter): ChangesView {
    const ids = watched ?? this.devices.list().map(({ id }) => id);
    const devices = this.views([...ids].filter((id) => !(before?.has(id) ?? true)));
    return { ...noChanges(), devices };
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private views(ids: string[]): DeviceView[] {
    return ids.flatMap((id) => this.devices.view(id) ?? []);
  }

  private note(take: () => void): void {
    if (!this.stream.isRead) return;
    take();
    // After a quiet period the first event goes out almost at once, with all changes that one
    // message causes.
    const waitMs = Math.max(1, this.lastMs + WINDOW_MS - performance.now());
    this.timer ??= setTimeout(() => this.flush(), waitMs);
  }
}

/**
 * Returns the part of the changes for a reader that watches these devices.
 * @param standing devices whose changes go to every reader, whether they are watched or not
 */
function watchedOf(
  changes: ChangesView,
  watched: WatchFilter,
  standing: ReadonlySet<string>,
): ChangesView {
  if (!watched) return changes;
  const isWanted = ({ id }: { id: string }) => watched.has(id);
  return {
    ...changes,
    devices: changes.devices.filter((view) => standing.has(view.id) || isWanted(view)),
    readings: changes.readings.filter(isWanted),
    leds: changes.leds.filter(isWanted),
  };
}

function isEmpty(changes: ChangesView): boolean {
  return Object.values(changes).every((part: unknown[] | number) =>
    typeof part === "number" ? part === 0 : part.length === 0,
  );
}

function noChanges(): ChangesView {
  return { devices: [], removed: [], readings: [], leds: [], messages: [], messagesLeftOut: 0 };
}
