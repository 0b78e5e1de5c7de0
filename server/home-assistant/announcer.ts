import { sideOf } from "../../src/common/server-rule";
import type { Log } from "../base/log";
import { messageOf } from "../base/user-error";
import type { Devices, ReportedFacts, ServerBus } from "../deciding/index";
import {
  type DeviceTraits,
  type DiscoveryContext,
  discoveryPayload,
  discoveryTopic,
} from "./discovery";

export interface AnnouncerOptions extends DiscoveryContext {
  bus: ServerBus;
  devices: Devices;
  /** Whether the server commands the device. */
  isCommanded: (id: string) => boolean;
  /** Whether this server, of all servers on the broker, announces the device. */
  speaksFor: (id: string) => boolean;
  /** Publishes a retained message; resolves once the broker has acknowledged it. */
  retain: (topic: string, payload: string) => Promise<void>;
}

/**
 * How long an announcement waits for further messages, ms. A device that has just started publishes
 * several messages, which lead to one announcement.
 */
const GATHER_MS = 250;
/**
 * Maximum number of announcements in flight, so that the announcements of thousands of devices
 * don't delay commands.
 */
const MAX_IN_FLIGHT = 20;

/** Announces each device to Home Assistant, and again when one of its traits changes. */
export class Announcer {
  private readonly known = new Map<string, DeviceTraits>();
  private readonly waiting = new Set<string>();
  private readonly noticed = (id: string) => {
    const said = this.options.devices.reported(id);
    if (said) this.notice(id, said);
  };
  private readonly forget = (id: string) => {
    this.known.delete(id);
    this.waiting.delete(id);
    const topic = discoveryTopic(id, this.options);
    // Of several servers, the one that announced the device withdraws the announcement.
    if (topic !== undefined && this.options.speaksFor(id)) void this.say(id, topic, "");
  };
  private readonly announceAll = () => {
    for (const id of this.known.keys()) this.announce(id);
  };
  private readonly reconnected = (connected: boolean) => {
    // After a reconnect, the broker may have lost its retained messages.
    if (connected) this.announceAll();
  };
  private timer: NodeJS.Timeout | undefined;
  private publishing = false;
  private stopped = false;

  constructor(
    private readonly options: AnnouncerOptions,
    private readonly log: Log,
  ) {
    for (const { id } of options.devices.list()) this.noticed(id);
    const { bus } = options;
    bus.on("device", this.noticed);
    bus.on("removed", this.forget);
    bus.on("homeAssistant", this.announceAll);
    bus.on("connection", this.reconnected);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    const { bus } = this.options;
    bus.off("device", this.noticed);
    bus.off("removed", this.forget);
    bus.off("homeAssistant", this.announceAll);
    bus.off("connection", this.reconnected);
  }

  /**
   * Announces the device if its traits have changed. Called for every reading, so it must be cheap.
   */
  private notice(id: string, { lastSeenMs, reportedOn, state, status }: ReportedFacts): void {
    const { devices, rule, isCommanded } = this.options;
    let traits = this.known.get(id);
    if (!traits) {
      traits = { hasStatus: false, measures: false, isCommanded: isCommanded(id) };
      this.known.set(id, traits);
      this.announce(id);
    }
    if (!traits.hasStatus && status !== undefined) this.learn(id, traits, { hasStatus: true });
    if (!traits.measures && lastSeenMs !== null) this.learn(id, traits, { measures: true });
    const name = devices.nameOf(id);
    if (name !== traits.name) this.learn(id, traits, { name });
    if (state && state.fw !== traits.firmware) this.learn(id, traits, { firmware: state.fw });
    if (traits.reportsOn === "state") return;
    if (state && sideOf(rule, state) !== undefined) this.learn(id, traits, { reportsOn: "state" });
    else if (!traits.reportsOn && reportedOn !== undefined)
      this.learn(id, traits, { reportsOn: "telemetry" });
  }

  private learn(id: string, traits: DeviceTraits, news: Partial<DeviceTraits>): void {
    Object.assign(traits, news);
    this.announce(id);
  }

  private announce(id: string): void {
    this.waiting.add(id);
    if (this.stopped || this.publishing) return;
    this.timer ??= setTimeout(() => void this.publishWaiting(), GATHER_MS);
  }

  private async publishWaiting(): Promise<void> {
    this.publishing = true;
    while (this.waiting.size && !this.stopped) {
      const ids = [...this.waiting.values()].slice(0, MAX_IN_FLIGHT);
      for (const id of ids) this.waiting.delete(id);
      await Promise.all(ids.map((id) => this.publish(id)));
    }
    this.publishing = false;
    this.timer = undefined;
  }

  private async publish(id: string): Promise<void> {
    const traits = this.known.get(id);
    const topic = discoveryTopic(id, this.options);
    if (!traits || topic === undefined || !this.options.speaksFor(id)) return;
    await this.say(id, topic, JSON.stringify(discoveryPayload(id, traits, this.options)));
  }

  private async say(id: string, topic: string, payload: string): Promise<void> {
    try {
      await this.options.retain(topic, payload);
    } catch (error) {
      const text = `${id} not announced to Home Assistant: ${messageOf(error)}`;
      this.log("server", text, { level: "warn", id });
    }
  }
}
