import type { DeviceView, MessageView, ReadingView } from "../../src/common/api";
import type { Report, Status } from "../../src/common/wire";
import type { Clock } from "../base/clock";
import { printable } from "../base/log";
import { Ring } from "../base/ring";
import type { Moment } from "./delivery";
import { type Device, isOtherStanding, ledOf, type Simulated, viewOf } from "./device";
import type { ServerBus } from "./events";
import type { Waiting } from "./health";
import { KnownDevices } from "./known-devices";
import { isOutdated } from "./outdated";

/** What a device has said of itself. */
export type Said = Readonly<Pick<Device, "lastSeenMs" | "reportedOn" | "state" | "status">>;

const MESSAGES_KEPT = 200;
const ONLINE_CHECK_MS = 1_000;

export interface DevicesOptions {
  /** Whether a device is ours, whatever it says. */
  isListed: (id: string) => boolean;
  /** After how long without a message a device counts as offline, ms; Infinity for never. */
  silenceMs: (id: string) => number;
  /** What a person calls it. */
  nameOf: (id: string) => string | undefined;
  /** After this an ordered command is void, ms. */
  orderExpiresMs: number;
  clock: Clock;
}

/** What is known of the devices. Says on the bus what becomes known. */
export class Devices {
  private readonly devices: KnownDevices;
  /** They are simulated for as long as this process runs, also if a person removes them. */
  private readonly simulatedOnes = new Map<string, Simulated>();
  private readonly messages = new Ring<MessageView>(MESSAGES_KEPT);
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly options: DevicesOptions,
    private readonly bus: ServerBus,
  ) {
    this.devices = new KnownDevices((id) => ({
      isOurs: options.isListed(id),
      online: false,
      heardMs: options.clock.monotonicMs(),
      values: {},
      lastSeenMs: null,
      simulated: this.simulatedOnes.get(id),
      ledNoted: null,
    }));
    // If the process was held up, what has come meanwhile is read before the immediate runs.
    this.timer = setInterval(() => setImmediate(() => this.noticeSilence()), ONLINE_CHECK_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  addSimulated(id: string, simulated: Simulated): void {
    this.simulatedOnes.set(id, simulated);
    const device = this.devices.claim(id);
    if (device) device.simulated = simulated;
    this.changed(id);
  }

  simulated(id: string): Simulated | undefined {
    return this.simulatedOnes.get(id);
  }

  has(id: string): boolean {
    return this.devices.ofOurs(id) !== undefined;
  }

  /** Which side of the rule the device says that it is on. */
  reportedOn(id: string): boolean | undefined {
    return this.devices.get(id)?.reportedOn;
  }

  /** Whether the device reports its state, with the last ordered command that it has done. */
  reports(id: string): boolean {
    return this.devices.get(id)?.state !== undefined;
  }

  /** What the device's status topic says, if it has one. */
  statusOf(id: string): Status | undefined {
    return this.devices.get(id)?.status;
  }

  /**
   * Whether it has said that it is gone, itself or by its will, and was not heard since: a retained
   * will outlives a birth that is not retained (F1p/Home-Assistant-Mitsubishi-CN105-to-MQTT#60).
   */
  isAway(id: string): boolean {
    const device = this.devices.get(id);
    return device?.status === "offline" && !device.online;
  }

  /**
   * A reading has come from the device itself.
   * @param on which side of the rule the device said with it that it is on
   */
  reading(taken: Omit<ReadingView, "ledOn">, arrivedMs: number, on: boolean | undefined): void {
    const device = this.devices.claim(taken.id);
    if (!device) return;
    // Of a late reading only the device itself can tell.
    const ageMs = arrivedMs - taken.atMs;
    const reading = { ...taken, ledOn: on ?? (ageMs === 0 ? ledOf(device) : null) };
    const measuredMs = this.options.clock.monotonicMs() - ageMs;
    const isStanding = !device.online || device.lastSeenMs === null;
    // Else it is for the history alone.
    if (!isOutdated(measuredMs, device.measuredMs)) {
      device.measuredMs = measuredMs;
      device.values = reading.values;
      device.valuesAreOld = false;
      device.reportedOn = on ?? device.reportedOn;
    }
    this.heard(device, arrivedMs);
    this.bus.emit("reading", reading);
    this.changed(reading.id, isStanding);
  }

  /** A retained reading: old news, which is shown until the device itself speaks. */
  oldReading(id: string, values: Record<string, number>, on: boolean | undefined): void {
    const device = this.devices.claim(id);
    if (!device || device.lastSeenMs !== null) return;
    device.values = values;
    device.valuesAreOld = true;
    device.reportedOn ??= on;
    this.changed(id);
  }

  /**
   * A message on a topic of a device of ours was dropped.
   * @param isLive it came from the device just now: it is there all the same
   */
  dropped(id: string, reason: string, detail: string, isLive: boolean): void {
    const device = this.devices.ofOurs(id);
    if (!device) return;
    const lastMs = this.options.clock.wallMs();
    const count = (device.dropped?.get(reason)?.count ?? 0) + 1;
    device.dropped ??= new Map();
    device.dropped.set(reason, { reason, count, lastMs, detail });
    if (isLive) this.heard(device, lastMs);
    this.changed(id);
  }

  /**
   * A command can't be carried out at present, or the device has still to say that it has.
   * @param since when it was given
   */
  commandWaits(id: string, why: Waiting["why"], since: Moment): void {
    const device = this.devices.get(id);
    if (!device) return;
    device.command = { why, since };
    this.changed(id);
  }

  /** No command waits any more for that. */
  commandDone(id: string, why: Waiting["why"]): void {
    const device = this.devices.get(id);
    if (device?.command?.why !== why) return;
    device.command = undefined;
    this.changed(id);
  }

  /**
   * A command has passed: what a device without a report of its own is taken to have done.
   * @param on the side of the rule; undefined for neither
   */
  commanded(id: string, on: boolean | undefined): void {
    const device = this.devices.take(id);
    if (!device) return;
    device.commandedOn = on;
    this.changed(id, false);
  }

  /**
   * Does not make it a device of ours: others have such a topic, too.
   * @param status undefined if the retained one was cleared
   * @param retained it may be from long ago
   */
  status(id: string, status: Status | undefined, retained: boolean): void {
    // What was cleared need not be known.
    const device = status === undefined ? this.devices.get(id) : this.devices.take(id);
    if (!device) return;
    device.status = status;
    if (status === "offline") device.online = false;
    else if (status === "online")
      if (retained) {
        device.online = true;
        device.heardMs = this.options.clock.monotonicMs();
      } else this.heard(device, this.options.clock.wallMs());
    this.changed(id);
  }

  /** @param state undefined if the retained one was cleared */
  state(id: string, state: Report | undefined, on: boolean | undefined, retained: boolean): void {
    // Others have such a topic, too, but not with what the rule commands in it.
    const device =
      state === undefined
        ? this.devices.get(id)
        : on === undefined
          ? this.devices.take(id)
          : this.devices.claim(id);
    if (!device) return;
    const isStanding = !device.online || isOtherStanding(device.state, state);
    device.state = state;
    device.stateHeardMs = state && !retained ? this.options.clock.wallMs() : undefined;
    device.reportedOn = on ?? device.reportedOn;
    if (state && !retained) this.heard(device, this.options.clock.wallMs());
    this.changed(id, isStanding);
  }

  /** Nothing that it has said is known any more. */
  remove(id: string): void {
    this.devices.remove(id);
  }

  message(message: MessageView): void {
    this.messages.push(message);
    this.bus.emit("message", message);
  }

  /** To be called when something was changed from outside, as a simulated LED. */
  changed(id: string, isStanding = true): void {
    const device = this.devices.ofOurs(id);
    if (!device) return;
    const ledOn = ledOf(device);
    if (ledOn !== null && ledOn !== device.ledNoted) {
      device.ledNoted = ledOn;
      this.bus.emit("led", { id, atMs: this.options.clock.wallMs(), ledOn });
    }
    this.bus.emit("device", id, isStanding);
  }

  /** For code that runs for each message: `view` takes longer than the decision. */
  said(id: string): Said | undefined {
    return this.devices.ofOurs(id);
  }

  nameOf(id: string): string | undefined {
    return this.options.nameOf(id);
  }

  view(id: string): DeviceView | undefined {
    const device = this.devices.ofOurs(id);
    return device && this.viewOf(id, device);
  }

  list(): DeviceView[] {
    return this.devices.ours().map(([id, device]) => this.viewOf(id, device));
  }

  count(): { known: number; online: number } {
    const ours = this.devices.ours();
    return { known: ours.length, online: ours.filter(([, { online }]) => online).length };
  }

  recentMessages(): MessageView[] {
    return this.messages.toArray().map(shown);
  }

  private heard(device: Device, wallMs: number): void {
    device.heardMs = this.options.clock.monotonicMs();
    device.lastSeenMs = wallMs;
    device.online = true;
  }

  private viewOf(id: string, device: Device): DeviceView {
    const { clock, nameOf, orderExpiresMs, silenceMs } = this.options;
    const limits = { silenceMs: silenceMs(id), orderExpiresMs };
    return viewOf(id, device, nameOf(id), { ...limits, nowMs: clock.monotonicMs() });
  }

  /** To be called from time to time: the status of a device that has died with its broker stays. */
  noticeSilence(): void {
    const nowMs = this.options.clock.monotonicMs();
    for (const [id, device] of this.devices.all()) {
      if (!device.online || nowMs - device.heardMs < this.options.silenceMs(id)) continue;
      device.online = false;
      this.changed(id);
    }
  }
}

/** Made safe to show: messages are stored as they came. */
export function shown(message: MessageView): MessageView {
  return { ...message, payload: printable(message.payload) };
}
