import { EventEmitter } from "node:events";
import type { DeviceView, LedView, MessageView, ReadingView } from "../../src/common/api";
import type { Report, Status } from "../../src/common/wire";
import { printable } from "../base/log";
import { Ring } from "../base/ring";
import { healthOf } from "./health";

/** The simulated device, as far as the list of devices needs it. */
export interface Simulated {
  lightRaw: number;
  readonly ledOn: boolean;
}

interface Device {
  online: boolean;
  /** It has a status topic, which says when it is offline: its silence says nothing. */
  hasStatus: boolean;
  values: Record<string, number>;
  /** Which side of the rule it says that it is on, and which it was last told. */
  reportedOn?: boolean;
  commandedOn?: boolean | undefined;
  lastSeenMs: number | null;
  state?: Report;
  simulated?: Simulated;
  /** The LED when it last changed. */
  ledNoted: boolean | null;
}

/** Strangers choose ids: beyond this many, new ones are not taken in. */
const MAX_DEVICES = 10_000;
const MESSAGES_KEPT = 200;
const ONLINE_CHECK_MS = 1_000;

/** What is known of the devices, and the events by which it becomes known. */
export class Devices extends EventEmitter<{
  /** The id of a device that has changed. */
  device: [string];
  reading: [ReadingView];
  led: [LedView];
  message: [MessageView];
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

  /** Which side of the rule the device says that it is on. */
  reportedOn(id: string): boolean | undefined {
    return this.devices.get(id)?.reportedOn;
  }

  /** Whether the device says of itself what it is at, and which ordered command it has done last. */
  reports(id: string): boolean {
    return this.devices.get(id)?.state !== undefined;
  }

  isOnline(id: string): boolean | undefined {
    const device = this.devices.get(id);
    return device?.hasStatus ? device.online : undefined;
  }

  /** @param on which side of the rule the device said with it that it is on */
  reading(taken: Omit<ReadingView, "ledOn">, arrivedMs: number, on: boolean | undefined): void {
    const device = this.take(taken.id);
    if (!device) return;
    // Of a late reading only the device itself can tell.
    const now = taken.atMs === arrivedMs ? ledOf(device) : null;
    const reading = { ...taken, ledOn: on ?? now };
    device.values = reading.values;
    device.reportedOn = on ?? device.reportedOn;
    device.lastSeenMs = arrivedMs;
    device.online = true;
    this.emit("reading", reading);
    this.changed(reading.id);
  }

  /**
   * A command has passed: what a device without a report of its own is taken to have done.
   * @param on the side of the rule; undefined for neither
   */
  commanded(id: string, on: boolean | undefined): void {
    const device = this.take(id);
    if (!device) return;
    device.commandedOn = on;
    this.changed(id);
  }

  status(id: string, status: Status): void {
    const device = this.take(id);
    if (!device) return;
    device.hasStatus = true;
    device.online = status === "online";
    this.changed(id);
  }

  state(id: string, state: Report, on: boolean | undefined): void {
    const device = this.take(id);
    if (!device) return;
    device.state = state;
    device.reportedOn = on ?? device.reportedOn;
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
    const ledOn = ledOf(device);
    if (ledOn !== null && ledOn !== device.ledNoted) {
      device.ledNoted = ledOn;
      this.emit("led", { id, atMs: Date.now(), ledOn });
    }
    this.emit("device", id);
  }

  view(id: string): DeviceView | undefined {
    const device = this.devices.get(id);
    return device && this.viewOf(id, device);
  }

  list(): DeviceView[] {
    return [...this.devices].map(([id, device]) => this.viewOf(id, device));
  }

  count(): { known: number; online: number } {
    let online = 0;
    for (const device of this.devices.values()) if (device.online) online++;
    return { known: this.devices.size, online };
  }

  recentMessages(): MessageView[] {
    return this.messages.toArray().map(shown);
  }

  private take(id: string): Device | undefined {
    const known = this.devices.get(id);
    if (known || this.devices.size >= MAX_DEVICES) return known;
    const device: Device = {
      online: false,
      hasStatus: false,
      values: {},
      lastSeenMs: null,
      ledNoted: null,
    };
    this.devices.set(id, device);
    return device;
  }

  private viewOf(id: string, device: Device): DeviceView {
    return {
      id,
      online: device.online,
      simulated: device.simulated !== undefined,
      light: device.values["light"] ?? null,
      values: device.values,
      ledOn: ledOf(device),
      lastSeen: device.lastSeenMs === null ? null : new Date(device.lastSeenMs).toISOString(),
      state: device.state ?? null,
      health: healthOf({ ...device, silenceMs: this.silenceMs }),
    };
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

/** Safe to show; until then it is as it came. */
export function shown(message: MessageView): MessageView {
  return { ...message, payload: printable(message.payload) };
}

function ledOf(device: Device): boolean | null {
  return device.simulated?.ledOn ?? device.reportedOn ?? device.commandedOn ?? null;
}
