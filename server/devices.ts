import { EventEmitter } from "node:events";
import type { DeviceView, Events, LedView, MessageView, ReadingView } from "./api";
import type { State, Status } from "../src/wire";
import { Ring } from "./ring";

/** The simulated device, as far as the list of devices needs it. */
export interface Simulated {
  lightRaw: number;
  readonly ledOn: boolean;
}

interface Device {
  online: boolean;
  /** It has a status topic, which says when it is offline: its silence says nothing. */
  hasStatus: boolean;
  light: number | null;
  ledOn: boolean | null;
  lastSeenMs: number | null;
  state?: State;
  simulated?: Simulated;
  readings: Ring<ReadingView>;
  leds: Ring<LedView>;
  /** The LED as of the last entry in there. */
  ledNoted: boolean | null;
}

/** Strangers choose ids: beyond this many, new ones are not taken in. */
const MAX_DEVICES = 10_000;
const READINGS_KEPT = 600;
const LEDS_KEPT = 100;
const MESSAGES_KEPT = 200;
const ONLINE_CHECK_MS = 1_000;

/** What is known of the devices, and the events by which it becomes known. */
export class Devices extends EventEmitter<{
  [K in "device" | "reading" | "message"]: [Events[K]];
}> {
  private readonly devices = new Map<string, Device>();
  private readonly messages = new Ring<MessageView>(MESSAGES_KEPT);
  private readonly timer: NodeJS.Timeout;

  /** @param silenceMs after which a device that has no status topic counts as offline */
  constructor(private readonly silenceMs: number) {
    super();
    this.setMaxListeners(0);
    this.timer = setInterval(() => this.noticeSilence(Date.now()), ONLINE_CHECK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  addSimulated(id: string, simulated: Simulated): void {
    const device = this.take(id);
    if (device) device.simulated = simulated;
    this.changed(id);
  }

  simulated(id: string): Simulated | undefined {
    return this.devices.get(id)?.simulated;
  }

  has(id: string): boolean {
    return this.devices.has(id);
  }

  /** The LED as far as it is known. */
  ledOn(id: string): boolean | undefined {
    return this.devices.get(id)?.ledOn ?? undefined;
  }

  /** @param ledOn as the device reported it with the reading */
  reading(reading: ReadingView, arrivedMs: number, ledOn: boolean | undefined): void {
    const device = this.take(reading.id);
    if (!device) return;
    device.light = reading.light;
    device.ledOn = ledOn ?? device.ledOn;
    device.lastSeenMs = arrivedMs;
    device.online = true;
    device.readings.push(reading);
    this.emit("reading", reading);
    this.changed(reading.id);
  }

  /** A command has passed: what a device without a report of its own is taken to have done. */
  commanded(id: string, ledOn: boolean): void {
    const device = this.take(id);
    if (!device || device.state) return;
    device.ledOn = ledOn;
    this.changed(id);
  }

  status(id: string, status: Status): void {
    const device = this.take(id);
    if (!device) return;
    device.hasStatus = true;
    device.online = status === "online";
    this.changed(id);
  }

  state(id: string, state: State): void {
    const device = this.take(id);
    if (!device) return;
    device.state = state;
    device.ledOn = state.led_on;
    this.changed(id);
  }

  message(message: MessageView): void {
    this.messages.push(message);
    this.emit("message", message);
  }

  /** To be called when something was changed from outside, as a simulated LED. */
  changed(id: string): void {
    const device = this.devices.get(id);
    if (!device) return;
    const now = view(id, device);
    if (now.ledOn !== null && now.ledOn !== device.ledNoted) {
      device.ledNoted = now.ledOn;
      device.leds.push({ id, atMs: Date.now(), ledOn: now.ledOn });
    }
    this.emit("device", now);
  }

  list(): DeviceView[] {
    return [...this.devices].map(([id, device]) => view(id, device));
  }

  recentReadings(): ReadingView[] {
    return [...this.devices.values()].flatMap((device) => device.readings.toArray());
  }

  recentLeds(): LedView[] {
    return [...this.devices.values()].flatMap((device) => device.leds.toArray());
  }

  recentMessages(): MessageView[] {
    return this.messages.toArray();
  }

  private take(id: string): Device | undefined {
    const known = this.devices.get(id);
    if (known || this.devices.size >= MAX_DEVICES) return known;
    const device: Device = {
      online: false,
      hasStatus: false,
      light: null,
      ledOn: null,
      lastSeenMs: null,
      readings: new Ring(READINGS_KEPT),
      leds: new Ring(LEDS_KEPT),
      ledNoted: null,
    };
    this.devices.set(id, device);
    return device;
  }

  private noticeSilence(nowMs: number): void {
    for (const [id, device] of this.devices) {
      if (!device.online || device.hasStatus || nowMs - (device.lastSeenMs ?? 0) < this.silenceMs)
        continue;
      device.online = false;
      this.changed(id);
    }
  }
}

function view(id: string, device: Device): DeviceView {
  return {
    id,
    online: device.online,
    simulated: device.simulated !== undefined,
    light: device.light,
    ledOn: device.simulated?.ledOn ?? device.ledOn,
    lastSeen: device.lastSeenMs === null ? null : new Date(device.lastSeenMs).toISOString(),
    state: device.state ?? null,
  };
}
