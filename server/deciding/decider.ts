import type { Group } from "../../src/common/groups";
import { idError } from "../../src/common/id";
import {
  agrees,
  type Fields,
  fieldsOf,
  type ServerRule,
  sideOf,
} from "../../src/common/server-rule";
import {
  HOME_ASSISTANT_STATUS_TOPIC,
  parseJsonObject,
  parseState,
  parseStatus,
  parseTelemetry,
  SERVER_STATUS_TOPIC,
  type Status,
  TOPIC_KINDS,
  type TopicKind,
} from "../../src/common/wire";
import type { Clock } from "../base/clock";
import { type Log, printable } from "../base/log";
import { MessageLog } from "../base/message-log";
import type { Rejections } from "../base/rejections";
import { UserError } from "../base/user-error";
import { Cluster } from "../cluster/cluster";
import type { HeldReading } from "../cluster/held-readings";
import type { Shard } from "../setup/cluster-options";
import type { CommandPolicy } from "../setup/config";
import { type Cause, type Command, commandOf } from "./command";
import { parseFields } from "./command-fields";
import { type BrokerAccess, connect, OFFLINE_WILL, watchConnection } from "./connect";
import { Decisions } from "./decisions";
import { Delivery } from "./delivery";
import type { Devices } from "./devices";
import { Learning } from "./learning";
import { type Link, published } from "./link";
import { Repeating } from "./repeating";
import { SeenReadings } from "./seen-readings";
import { Sender, type SenderOptions } from "./sender";
import { isForeign, subscribe, type Subscribed } from "./subscribe";

export interface DeciderOptions extends BrokerAccess, SenderOptions, Subscribed {
  rejections: Rejections;
  clock: Clock;
  rule: ServerRule;
  groups: Group[];
  commands: CommandPolicy;
  /** Set if this server is one of several. */
  shard?: Shard | undefined;
  onConnection: (connected: boolean) => void;
  /** The server can't go on. */
  onFailure: (error: UserError) => void;
  /** Home Assistant has started. */
  onHomeAssistant: () => void;
}

/** How a message came. */
interface Arrival {
  /** Unix time, ms. */
  atMs: number;
  /** By the monotonic clock, ms. */
  nowMs: number;
  retained: boolean;
  qos: 0 | 1;
}

/** How long the end may wait for the broker's acknowledgements. */
const DRAIN_MS = 1_000;
/** A payload beyond this is refused unread. */
const PAYLOAD_MAX_BYTES = 1024;

/** The server's MQTT side: telemetry in, decisions out. */
export class Decider {
  readonly decisions: Decisions;
  private readonly delivery: Delivery;
  private readonly sender: Sender;
  private readonly seen = new SeenReadings();
  private readonly messageLog: MessageLog;
  private readonly fields: string[];
  private readonly learning: Learning;
  private readonly repeating: Repeating;
  private isStopping = false;

  private constructor(
    private readonly link: Link,
    /** Where this server is one of several. */
    private readonly cluster: Cluster | undefined,
    private readonly options: DeciderOptions,
    private readonly devices: Devices,
    private readonly log: Log,
  ) {
    this.decisions = new Decisions(options.rule, options.groups, (id) => devices.reportedOn(id));
    this.delivery = new Delivery(options.commands);
    this.messageLog = new MessageLog(log, "server");
    this.sender = new Sender(link, options, devices, log, this.messageLog, (lost) =>
      this.repeating.commands.add(lost),
    );
    this.repeating = new Repeating({
      decisions: this.decisions,
      delivery: this.delivery,
      devices,
      cluster,
      send: (id, command, cause, expiryS) => this.sender.command(id, command, cause, expiryS),
      counts: options.counts,
      log,
    });
    this.learning = new Learning(this.decisions, this.seen, (id, command, answers) =>
      this.sender.command(id, command, { kind: "resent", answers }),
    );
    this.fields = fieldsOf(options.rule);
    link.onMessage = (topic, payload, { retain: retained, qos }) =>
      this.receive(topic, payload, {
        atMs: options.clock.wallMs(),
        nowMs: options.clock.monotonicMs(),
        retained,
        qos: qos === 0 ? 0 : 1,
      });
  }

  /** @throws UserError where the broker can't be reached or refuses */
  static async start(options: DeciderOptions, devices: Devices, log: Log): Promise<Decider> {
    const { shard, groups } = options;
    const cluster = shard && new Cluster(shard, groups, log);
    const clientId = options.clientId + (cluster?.suffix ?? "");
    const will = options.decide ? OFFLINE_WILL : undefined;
    // What comes for a server that is one of several while it is away, another one decides.
    const keepSession = options.decide && !cluster;
    const decider = await connect(
      { ...options, clientId, keepSession },
      will,
      (link) => new Decider(link, cluster, options, devices, log),
    );
    try {
      await decider.begin();
    } catch (error) {
      await decider.link.end(false);
      throw error;
    }
    return decider;
  }

  private async begin(): Promise<void> {
    const { link, cluster, log, options } = this;
    const { counts, onConnection } = options;
    watchConnection(link, log, (connected) => {
      onConnection(connected);
      if (!connected) return this.repeating.disconnected();
      counts.reconnects++;
      cluster?.connected();
      this.repeating.connected();
      void this.announce("online");
    });
    await subscribe(link, options, cluster?.filter);
    cluster?.join({
      publish: (topic, payload, qos) => published(link, topic, payload, { qos, retain: true }),
      isConnected: () => link.isConnected,
      onTakeover: (readings, groups) => this.takeOver(readings, groups),
      onConflict: options.onFailure,
    });
    await this.announce("online");
  }

  /** The node in use, where there are several. */
  get brokerUrl(): string {
    const { brokerUrl, otherBrokerUrls = [] } = this.options;
    return otherBrokerUrls.length > 0 ? this.link.address : brokerUrl;
  }

  /** Says good-bye, so that devices decide for themselves: unless another server goes on. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.repeating.disconnected();
    this.messageLog.stop();
    const goesOn = (await this.cluster?.stop()) ?? false;
    if (this.link.isConnected && !goesOn) await this.announce("offline");
    // What is not acknowledged by then comes again: cut off, no reading is acknowledged without
    // its command. But cut off, the broker publishes the will, too.
    const isDone = (await this.link.drained(DRAIN_MS)) || goesOn;
    await this.link.end(isDone && this.link.isConnected);
  }

  /** Resolves once the broker keeps it. */
  async retain(topic: string, payload: string): Promise<void> {
    await published(this.link, topic, payload, { qos: 1, retain: true });
  }

  /** Devices go by this: a server that only watches must not keep them from deciding. */
  private async announce(status: Status): Promise<void> {
    if (!this.options.decide) return;
    await this.retain(SERVER_STATUS_TOPIC, status);
  }

  /**
   * A command by hand.
   * @returns what is sent, now or when the device comes back
   */
  commandByHand(id: string, fields: Fields): Fields {
    return this.command(id, commandOf(this.options.rule, fields), { kind: "manual" }).fields;
  }

  private command(id: string, command: Command, cause: Cause): Command {
    if (this.delivery.isOrdered(command)) {
      this.repeating.repeatOrdered(id);
      const ordered = this.delivery.ordered(id, command, this.options.clock.wallMs());
      if (!ordered)
        throw new UserError(`${id}: takes no more ordered commands, it has done the highest id`);
      // The broker keeps it for a device that is away: QoS 1, and the device's own session.
      this.sender.command(id, ordered.command, { ...cause, answers: undefined }, ordered.expiryS);
      return ordered.command;
    }
    const isNews = this.delivery.desire(id, command);
    // What follows from its own readings follows from the next one too.
    if (isNews && (cause.kind !== "rule" || this.delivery.isKept(id))) {
      this.delivery.keep(id);
      this.sender.desired(id, command);
    }
    this.repeating.commands.supersede(id);
    if (this.devices.statusOf(id) !== "offline") this.sender.command(id, command, cause);
    return command;
  }

  /** What another server left undecided. */
  private takeOver(readings: HeldReading[], groups: Group[]): void {
    for (const { topic, payload, atMs, nowMs } of readings)
      this.receive(topic, payload, { atMs, nowMs, retained: false, qos: 1 });
    for (const group of groups)
      for (const { id, command } of this.decisions.together(
        group,
        this.options.clock.monotonicMs(),
      ))
        this.command(id, command, { kind: "group" });
  }

  private receive(topic: string, payload: Buffer, arrival: Arrival): void {
    const { atMs, nowMs } = arrival;
    // Unacknowledged, it comes again.
    if (this.link.isEnding || isForeign(topic, this.options.scope)) return;
    if (this.cluster?.leaves(topic, payload, { atMs, nowMs })) return;
    const text = payload.subarray(0, PAYLOAD_MAX_BYTES).toString();
    const rejected =
      payload.length > PAYLOAD_MAX_BYTES
        ? `payload: expected at most ${PAYLOAD_MAX_BYTES} bytes, got ${payload.length}`
        : this.handle(topic, text, arrival);
    if (rejected) {
      this.rejected(topic, rejected);
    }
    this.devices.message({ atMs, topic, payload: text, rejected });
  }

  private rejected(topic: string, why: string): void {
    this.options.rejections.countPayload(topic);
    const slash = topic.lastIndexOf("/");
    this.devices.dropped(topic.slice(0, slash), topic.slice(slash + 1), why);
    const shown = printable(topic);
    this.log("server", `Warning: ignored ${shown}: ${why}`, { level: "warn", topic: shown });
  }

  /** @returns what is wrong with the message */
  private handle(topic: string, text: string, arrival: Arrival): string | undefined {
    const { retained, nowMs } = arrival;
    const slash = topic.lastIndexOf("/");
    const id = topic.slice(0, slash);
    const kind = topic.slice(slash + 1);
    const { rule } = this.options;
    if (topic === SERVER_STATUS_TOPIC) return this.serverStatus(text, retained);
    if (topic === HOME_ASSISTANT_STATUS_TOPIC) {
      if (text === "online") this.options.onHomeAssistant();
      return undefined;
    }
    if (!isKind(kind)) return this.cluster?.receive(topic, text, retained);
    const wrong = idError(id);
    if (wrong !== undefined) return `id: ${wrong}`;
    // An empty payload clears a retained message: the topic says nothing any more.
    if (text === "") return this.cleared(id, kind);
    switch (kind) {
      case "telemetry":
        return this.telemetry(id, text, arrival);
      case "commands": {
        const { value, error } = parseFields(text, rule);
        if (!value) return error;
        const on = sideOf(rule, value);
        this.devices.commanded(id, on);
        const { id: orderId } = parseJsonObject(text).value ?? {};
        if (Number.isSafeInteger(orderId)) this.delivery.heard(id, Number(orderId));
        this.repeating.commands.supersede(id);
        if (on !== undefined && this.cluster)
          if (this.cluster.decides(id)) this.learning.late(id, on, text);
          else this.learning.heard(id, on, text, nowMs);
        return undefined;
      }
      case "status": {
        const { value, error } = parseStatus(text);
        // Many programs have a status topic, with other words in it.
        if (!value) return this.devices.has(id) ? error : undefined;
        this.devices.status(id, value, retained);
        if (value === "online" && !retained) this.correct(id);
        return undefined;
      }
      case "state": {
        const { value, error } = parseState(text);
        if (!value) return this.devices.has(id) ? error : undefined;
        this.devices.state(id, value, sideOf(rule, value), retained);
        if (value.id !== undefined) this.done(id, value.id);
        // One that decides alone has reasons of its own; its next reading is answered anyway.
        if (!retained && value.decided_by !== "device")
          this.correct(id, (desired) => agrees(desired, value));
        return undefined;
      }
      case "desired": {
        const { value, error } = parseFields(text, rule);
        // Retained, it is what this or another server wanted before; else another's, or our own.
        if (value) {
          if (this.delivery.desire(id, commandOf(rule, value)))
            this.repeating.commands.supersede(id);
          this.delivery.keep(id);
        }
        return error;
      }
    }
  }

  private done(id: string, lastId: number): void {
    for (const command of this.delivery.done(id, lastId, this.options.clock.wallMs())) {
      const text = `${id} has refused a command, as it had done id ${lastId} before: sent again`;
      this.log("server", `Warning: ${text}`, { level: "warn", id });
      this.command(id, command, { kind: "resent" });
    }
  }

  private serverStatus(text: string, retained: boolean): string | undefined {
    if (text === "") return undefined;
    const { value, error } = parseStatus(text);
    // Another server has gone, or our own will came late: devices shall know that we are here.
    if (value === "offline" && !retained && !this.isStopping) void this.announce("online");
    return error;
  }

  private cleared(id: string, kind: TopicKind): undefined {
    if (kind === "status") this.devices.status(id, undefined, true);
    if (kind === "state") this.devices.state(id, undefined, undefined, true);
    if (kind === "desired") this.delivery.forget(id);
  }

  private telemetry(
    id: string,
    text: string,
    { atMs, nowMs, retained, qos }: Arrival,
  ): string | undefined {
    const { rule, counts, rejections } = this.options;
    const arrivedMs = performance.now();
    const { value, error } = parseTelemetry(text, this.fields);
    if (!value) return error;
    const said = sideOf(rule, value.said);
    if (retained) {
      // It may have been measured at any time: it decides nothing.
      rejections.count("retained-telemetry");
      this.devices.oldReading(id, value.values, said);
      return undefined;
    }
    const novelty = this.seen.see(id, value);
    if (novelty === "restarted")
      this.log("server", `Warning: ${id} counts from ${value.seq} again, with the same boot`, {
        level: "warn",
        id,
      });
    if (novelty !== "repeated") {
      counts.readings++;
      this.messageLog.note(() => `Message received: ${text} from ${id}`, { id });
      const reading = { id, atMs: atMs - (value.age_ms ?? 0), values: value.values };
      this.devices.reading(reading, atMs, said);
    } else if (!this.repeating.commands.has(id) || !this.seen.isNewest(id, value)) {
      // Else it comes again since the connection was lost before its answer was acknowledged.
      rejections.count("repeated-telemetry");
      this.devices.dropped(id, "repeated-telemetry", `seq ${value.seq} came before`);
      return undefined;
    }
    if (!this.options.decide) return undefined;
    if (this.decisions.decidesAlone(id)) this.repeating.commands.supersede(id);
    if (this.cluster?.decides(id) === false) {
      this.decisions.hear(id, value, nowMs);
      return undefined;
    }
    const kind = this.decisions.decidesAlone(id) ? "rule" : "group";
    for (const decision of this.decisions.reading(id, value, nowMs)) {
      const answer = decision.id === id && { answers: value, qos };
      this.command(decision.id, decision.command, { kind, arrivedMs, ...answer });
    }
    return undefined;
  }

  /** Whether it is this server, of all those on the broker, that speaks of a device, and to it. */
  speaksFor(id: string): boolean {
    return this.options.decide && (this.cluster?.decides(id) ?? true);
  }

  /** @param isAt whether the device is as desired: it may have missed a command while it was away */
  private correct(id: string, isAt: (desired: Fields) => boolean = () => false): void {
    const desired = this.delivery.desiredOf(id);
    // What decides for itself sends a reading at once, and that is answered.
    if (!desired || !this.speaksFor(id) || this.decisions.decidesAlone(id)) return;
    if (!isAt(desired.fields)) this.sender.command(id, desired, { kind: "resent" });
  }
}

function isKind(text: string): text is TopicKind {
  return (TOPIC_KINDS as readonly string[]).includes(text);
}
