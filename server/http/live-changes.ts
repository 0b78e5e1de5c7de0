import type { ChangesView } from "../../src/common/api";
import { type Devices, shown } from "../deciding/devices";
import type { ServerBus } from "../deciding/events";
import type { EventStream } from "./event-stream";

/** What happens within this time goes out as one event: a thousand devices make five a second. */
const WINDOW_MS = 200;
/** Of one event. More pass only if nobody could read them; the newest are kept. */
const MAX_MESSAGES = 500;

/** Gathers what happens to the devices into few events for the live stream. */
export class LiveChanges {
  private readonly changed = new Set<string>();
  private readonly removed = new Set<string>();
  private changes = noChanges();
  private timer: NodeJS.Timeout | undefined;
  private lastMs = -Infinity;

  constructor(
    bus: ServerBus,
    private readonly devices: Devices,
    private readonly stream: EventStream,
  ) {
    bus.on("device", (id) => this.note(() => this.changed.add(id)));
    bus.on("removed", (id) => this.note(() => this.removed.add(id)));
    bus.on("reading", (reading) => this.note(() => this.changes.readings.push(reading)));
    bus.on("led", (led) => this.note(() => this.changes.leds.push(led)));
    bus.on("message", (message) =>
      this.note(() => {
        const { messages } = this.changes;
        messages.push(shown(message));
        if (messages.length <= MAX_MESSAGES) return;
        messages.shift();
        this.changes.messagesLeftOut++;
      }),
    );
  }

  /** Sends what waits: whoever comes now has it in its snapshot. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastMs = performance.now();
    const devices = [...this.changed].flatMap((id) => this.devices.view(id) ?? []);
    const changes = { ...this.changes, devices, removed: [...this.removed] };
    this.changed.clear();
    this.removed.clear();
    this.changes = noChanges();
    this.stream.send("changes", changes);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private note(take: () => void): void {
    if (!this.stream.isRead) return;
    take();
    // After a quiet time at once, but for what the same message brings along.
    const waitMs = Math.max(1, this.lastMs + WINDOW_MS - performance.now());
    this.timer ??= setTimeout(() => this.flush(), waitMs);
  }
}

function noChanges(): ChangesView {
  return { devices: [], removed: [], readings: [], leds: [], messages: [], messagesLeftOut: 0 };
}
