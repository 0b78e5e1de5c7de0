import type { DeviceView, Events, MessageView, ReadingView, SnapshotView } from "../api";
import { History } from "./history";
import { MessageLog } from "./message-log";

export type ServerFacts = Pick<SnapshotView, "version" | "broker" | "decides" | "rule"> & {
  brokerConnected: boolean;
};

export interface Device {
  view: DeviceView;
  history: History;
}

/** All that the page knows, as the server's events tell it. No DOM in here. */
export class Model {
  /** Unknown before the first snapshot. */
  server: ServerFacts | undefined;
  devices = new Map<string, Device>();
  messages = new MessageLog();
  /** How far the server's clock is ahead of this one, ms. */
  private clockAheadMs = 0;

  /** The server's time, by which all of its events are dated. */
  serverTimeMs(nowMs: number): number {
    return nowMs + this.clockAheadMs;
  }

  /** @param nowMs this machine's clock */
  apply<K extends keyof Events>(name: K, event: Events[K], nowMs: number): void {
    const handlers: { [N in keyof Events]: (event: Events[N]) => void } = {
      snapshot: (snapshot) => this.reset(snapshot, nowMs),
      device: (view) => this.setDevice(view, this.serverTimeMs(nowMs)),
      // The first reading of all comes before its device, and is in there once more.
      reading: (reading) => this.addReading(reading),
      group: () => undefined,
      message: (message) => this.addMessage(message),
      broker: ({ connected }) => {
        if (this.server) this.server.brokerConnected = connected;
      },
    };
    handlers[name](event);
  }

  /** The server may have been away or be another one: nothing from before counts. */
  private reset(snapshot: SnapshotView, nowMs: number): void {
    this.clockAheadMs = snapshot.nowMs - nowMs;
    this.server = snapshot;
    this.devices = new Map();
    for (const view of snapshot.devices)
      this.devices.set(view.id, { view, history: new History() });
    for (const reading of snapshot.readings) this.addReading(reading);
    for (const { id, atMs, ledOn } of snapshot.leds)
      this.devices.get(id)?.history.setLed(atMs, ledOn);
    for (const view of snapshot.devices) this.setDevice(view, snapshot.nowMs);
    this.messages = new MessageLog();
    for (const message of snapshot.messages) this.addMessage(message);
  }

  private setDevice(view: DeviceView, atMs: number): void {
    const device = this.devices.get(view.id) ?? newDevice(view);
    device.view = view;
    this.devices.set(view.id, device);
    if (view.ledOn !== null) device.history.setLed(atMs, view.ledOn);
    if (!view.online) device.history.addSilence();
  }

  private addReading({ id, atMs, values }: ReadingView): void {
    const [value] = Object.values(values);
    if (value !== undefined) this.devices.get(id)?.history.addReading(atMs, value);
  }

  private addMessage(message: MessageView): void {
    const id = message.topic.slice(0, Math.max(0, message.topic.lastIndexOf("/")));
    this.messages.add(message, this.devices.has(id) ? id : undefined);
  }
}

function newDevice(view: DeviceView): Device {
  const history = new History();
  const [value] = Object.values(view.values);
  if (value !== undefined && view.lastSeen !== null)
    history.addReading(Date.parse(view.lastSeen), value);
  return { view, history };
}
