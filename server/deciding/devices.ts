import type { DeviceView, ReadingView } from "../../src/common/api";
import type { StateReport, Status } from "../../src/common/wire";
import type { Clock } from "../base/clock";
import type { ClockReading } from "./command-state";
import { type Device, hasStandingChanged, ledOf, type SimulatedState, viewOf } from "./device";
import type { ServerBus } from "./events";
import type { PendingCommand } from "./health";
import { KnownDevices } from "./known-devices";
import { isOutdated } from "./outdated";

/** The part of a device's state that the device has reported itself. */
export type ReportedFacts = Readonly<
  Pick<Device, "lastSeenMs" | "reportedOn" | "state" | "status">
>;

const ONLINE_CHECK_MS = 1_000;

export interface DevicesOptions {
  /** Whether the configuration lists the device, which makes it ours before its first message. */
  isListed: (id: string) => boolean;
  /** Silence after which a device counts as offline, ms; Infinity for never. */
  silenceMs: (id: string) => number;
  /** The name that a person has given the device. */
  nameOf: (id: string) => string | undefined;
  /** Time after which an ordered command is void, ms. */
  orderExpiresMs: number;
  clock: Clock;
}

/** All that is known of the devices. Emits an event on the bus for each change. */
export class Devices {
  private readonly devices: KnownDevices;
  /**
   * The simulated devices by id. A device stays simulated while this process runs, even if a person
   * removes it.
   */
  private readonly simulatedOnes = new Map<string, SimulatedState>();
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
    // If the process was held up, waiting messages are read before the immediate runs, so the
    // devices that sent them are not considered silent.
    this.timer = setInterval(() => setImmediate(() => this.noticeSilence()), ONLINE_CHECK_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  addSimulated(id: string, simulated: SimulatedState): void {
    this.simulatedOnes.set(id, simulated);
    const device = this.devices.adopt(id);
    if (device) device.simulated = simulated;
    this.changed(id);
  }

  simulated(id: string): SimulatedState | undefined {
    return this.simulatedOnes.get(id);
  }

  has(id: string): boolean {
    return this.devices.ofOurs(id) !== undefined;
  }

  /** The side of the rule that the device reports. */
  reportedOn(id: string): boolean | undefined {
    return this.devices.get(id)?.reportedOn;
  }

  /** Whether the device reports its state, with the last ordered command that it has done. */
  reports(id: string): boolean {
    return this.devices.get(id)?.state !== undefined;
  }

  /** The last message on the device's status topic, if it has one. */
  statusOf(id: string): Status | undefined {
    return this.devices.get(id)?.status;
  }

  /**
   * Whether the device, or its will, has published `offline`, and the device has sent no message
   * since. The status alone is not enough: a retained will outlives a birth message that is not
   * retained (F1p/Home-Assistant-Mitsubishi-CN105-to-MQTT#60).
   */
  isAway(id: string): boolean {
    const device = this.devices.get(id);
    return device?.status === "offline" && !device.online;
  }

  /**
   * Takes in a reading that the device itself has sent, not a retained one.
   * @param on the side of the rule that the device reports with the reading
   */
  reading(taken: Omit<ReadingView, "ledOn">, arrivedMs: number, on: boolean | undefined): void {
    const device = this.devices.adopt(taken.id);
    if (!device) return;
    // For a late reading, only the device itself knows the state of its LED at that time.
    const ageMs = arrivedMs - taken.atMs;
    const reading = { ...taken, ledOn: on ?? (ageMs === 0 ? ledOf(device) : null) };
    const measuredMs = this.options.clock.monotonicMs() - ageMs;
    const isStanding = !device.online || device.lastSeenMs === null;
    // An outdated reading is for the history only.
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

  /**
   * Takes in a retained reading of unknown age. The reading is shown until the device sends a
   * message.
   */
  oldReading(id: string, values: Record<string, number>, on: boolean | undefined): void {
    const device = this.devices.adopt(id);
    if (!device || device.lastSeenMs !== null) return;
    device.values = values;
    device.valuesAreOld = true;
    device.reportedOn ??= on;
    this.changed(id);
  }

  /**
   * Called when a message on a topic of one of our devices was dropped.
   * @param isLive whether the device has just sent the message, and so is online
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
   * Notes that a command can't be carried out at present, or is not confirmed yet.
   * @param since when the command was given
   */
  commandWaits(id: string, why: PendingCommand["why"], since: ClockReading): void {
    const device = this.devices.get(id);
    if (!device) return;
    device.command = { why, since };
    this.changed(id);
  }

  /** Notes that no command is pending for the reason `why` any more. */
  commandDone(id: string, why: PendingCommand["why"]): void {
    const device = this.devices.get(id);
    if (device?.command?.why !== why) return;
    device.command = undefined;
    this.changed(id);
  }

  /**
   * Notes a command to the device. A device that reports nothing is assumed to have carried it out.
   * @param on the side of the rule that the command stands for; undefined for neither
   */
  commanded(id: string, on: boolean | undefined): void {
    const device = this.devices.getOrAdd(id);
    if (!device) return;
    device.commandedOn = on;
    this.changed(id, false);
  }

  /**
   * Takes in a status. A status does not make the device ours: other software has status topics,
   * too.
   * @param status undefined if the retained status was cleared
   * @param retained whether the status may be from long ago
   */
  status(id: string, status: Status | undefined, retained: boolean): void {
    // If the status of an unknown device is cleared, there is nothing to note.
    const device = status === undefined ? this.devices.get(id) : this.devices.getOrAdd(id);
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

  /** @param state undefined if the retained state was cleared */
  state(
    id: string,
    state: StateReport | undefined,
    on: boolean | undefined,
    retained: boolean,
  ): void {
    // Other software has state topics, too, but only our devices report the fields that the rule
    // commands.
    const device =
      state === undefined
        ? this.devices.get(id)
        : on === undefined
          ? this.devices.getOrAdd(id)
          : this.devices.adopt(id);
    if (!device) return;
    const isStanding = !device.online || hasStandingChanged(device.state, state);
    device.state = state;
    device.stateHeardMs = state && !retained ? this.options.clock.wallMs() : undefined;
    device.reportedOn = on ?? device.reportedOn;
    if (state && !retained) this.heard(device, this.options.clock.wallMs());
    this.changed(id, isStanding);
  }

  /** Forgets the device. */
  remove(id: string): void {
    this.devices.remove(id);
  }

  /**
   * Emits the events for a change of the device. Also called after a change from outside this
   * class, such as that of a simulated LED.
   */
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

  /** The facts for code that runs for each message: `view` takes longer than a decision. */
  reported(id: string): ReportedFacts | undefined {
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

  /**
   * Sets silent devices offline; called periodically. If a device and the broker die together, the
   * broker never publishes the device's will.
   */
  noticeSilence(): void {
    const nowMs = this.options.clock.monotonicMs();
    for (const [id, device] of this.devices.all()) {
      if (!device.online || nowMs - device.heardMs < this.options.silenceMs(id)) continue;
      device.online = false;
      this.changed(id);
    }
  }
}
