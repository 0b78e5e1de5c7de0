import type { Group } from "../../src/common/groups";
import type { Fields, ServerRule } from "../../src/common/server-rule";
import { SERVER_STATUS_TOPIC, type Status, topicOf } from "../../src/common/wire";
import type { Clock } from "../base/clock";
import type { Log } from "../base/log";
import type { Rejections } from "../base/rejections";
import { Cluster, type HeldReading, LEASE_MS } from "../cluster/index";
import type { Shard } from "../setup/cluster-options";
import type { CommandPolicy } from "../setup/config";
import { CommandResender } from "./command-resender";
import { CommandState } from "./command-state";
import { Commander } from "./commander";
import { type BrokerAccess, connect, OFFLINE_WILL, watchConnection } from "./connect";
import { Decisions } from "./decisions";
import { type DeviceNames, namePayload } from "./device-names";
import { DeviceRemoval } from "./device-removal";
import type { Devices } from "./devices";
import { type Link, publishAcknowledged } from "./link";
import { MessageLog } from "./message-log";
import { PeerDecisions } from "./peer-decisions";
import { PrefixedLink } from "./prefixed-link";
import { Receiver } from "./receiver";
import { SeenReadings } from "./seen-readings";
import { Sender, type SenderOptions } from "./sender";
import { NAMES_TOPIC } from "./server-topics";
import { subscribe, type Subscribed } from "./subscribe";
import type { Receipt } from "./telemetry";

export interface DeciderOptions extends BrokerAccess, SenderOptions, Subscribed {
  rejections: Rejections;
  clock: Clock;
  rule: ServerRule;
  groups: Group[];
  commands: CommandPolicy;
  names: DeviceNames;
  /** Prefix of all our topics. */
  topicPrefix: string;
  /** Whether a topic belongs to other software, so that it has no prefix. */
  isOthersTopic: (topic: string) => boolean;
  /** Set if this server is one of several. */
  shard?: Shard | undefined;
}

/** How long the shutdown may wait for the broker's acknowledgements, ms. */
const DRAIN_MS = 1_000;

/** The server's MQTT side, from the first connection to the shutdown. */
export class Decider {
  readonly decisions: Decisions;
  private readonly commander: Commander;
  private readonly receiver: Receiver;
  private readonly resender: CommandResender;
  private readonly removal: DeviceRemoval;
  private readonly messageLog: MessageLog;
  private isStopping = false;

  private constructor(
    private readonly link: Link,
    /** Set if this server is one of several. */
    private readonly cluster: Cluster | undefined,
    private readonly options: DeciderOptions,
    devices: Devices,
    private readonly log: Log,
  ) {
    const { bus, clock, commands, counts, groups, rule } = options;
    const decisions = new Decisions(
      rule,
      groups,
      (id) => devices.reportedOn(id),
      () => bus.emit("groups"),
    );
    const commandState = new CommandState(commands);
    const seen = new SeenReadings();
    const messageLog = new MessageLog(log, "server");
    const sender: Sender = new Sender(link, options, devices, log, messageLog, (lost) =>
      resender.commands.add(lost),
    );
    const resender = new CommandResender({
      decisions,
      commandState,
      devices,
      seen,
      cluster,
      send: (id, command, cause, expiryS) => sender.command(id, command, cause, expiryS),
      counts,
      log,
    });
    const peerDecisions = new PeerDecisions(decisions, seen, (id, command, answers) =>
      sender.command(id, command, { kind: "resent", answers }),
    );
    const parts = { ...options, cluster, decisions, commandState, devices, resender, sender, log };
    const commander = new Commander(parts);
    const removal = new DeviceRemoval({
      ...parts,
      link,
      seen,
      unconfirmed: resender.commands,
      speaksFor: (id) => commander.speaksFor(id),
    });
    this.receiver = new Receiver({
      ...parts,
      removal,
      commander,
      peerDecisions,
      seen,
      messageLog,
      onServerGone: () => {
        // Either another server has stopped or our own will was published late. Devices must know
        // that this server is online.
        if (!this.isStopping) this.announceAgain();
      },
    });
    this.decisions = decisions;
    this.commander = commander;
    this.resender = resender;
    this.removal = removal;
    this.messageLog = messageLog;
    link.onMessage = (topic, payload, { retain: retained, qos }) =>
      this.receive(topic, payload, {
        atMs: clock.wallMs(),
        nowMs: clock.monotonicMs(),
        retained,
        qos: qos === 0 ? 0 : 1,
      });
  }

  /** @throws UserError if the broker can't be reached, or refuses the connection */
  static async start(options: DeciderOptions, devices: Devices, log: Log): Promise<Decider> {
    const { shard, groups } = options;
    const cluster = shard && new Cluster(shard, groups, log);
    const clientId = options.clientId + (cluster?.suffix ?? "");
    const { topicPrefix: prefix, isOthersTopic } = options;
    const will = options.decide
      ? { ...OFFLINE_WILL, topic: prefix + OFFLINE_WILL.topic }
      : undefined;
    // A server of a cluster needs no session: another server decides while it is away.
    const keepSession = options.decide && !cluster;
    const maxTurnMs = cluster && LEASE_MS;
    const access = { ...options, clientId, keepSession, maxTurnMs };
    const decider = await connect(access, will, (link) => {
      const own = prefix === "" ? link : new PrefixedLink(link, prefix, isOthersTopic);
      return new Decider(own, cluster, options, devices, log);
    });
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
    const { bus, counts } = options;
    counts.brokerConnected = true;
    watchConnection(link, log, (connected) => {
      counts.brokerConnected = connected;
      bus.emit("connection", connected);
      if (!connected) return this.resender.disconnected();
      counts.reconnects++;
      cluster?.connected();
      this.resender.connected();
      this.announceAgain();
    });
    await subscribe(link, options, cluster?.filter);
    cluster?.join({
      publish: (topic, payload) => this.retain(topic, payload),
      isConnected: () => link.isConnected,
      onTakeover: (readings, groups) => this.takeOver(readings, groups),
      onConflict: (error) => bus.emit("failure", error),
    });
    await this.announce("online");
  }

  /** URL of the broker or, if it has several nodes, of the node in use. */
  get brokerUrl(): string {
    const { brokerUrl, otherBrokerUrls = [] } = this.options;
    return otherBrokerUrls.length > 0 ? this.link.address : brokerUrl;
  }

  /**
   * Shuts down. Publishes `offline`, so that devices decide for themselves, unless another server
   * takes over.
   */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.resender.disconnected();
    this.messageLog.stop();
    const goesOn = (await this.cluster?.stop()) ?? false;
    if (this.link.isConnected && !goesOn) await this.announce("offline");
    // If the broker has not acknowledged all commands in time, the connection is cut. No reading is
    // acknowledged before its command is sent, so the broker delivers unanswered readings again.
    // But a cut also makes the broker publish the will, so the connection is closed cleanly if
    // another server takes over.
    const isDone = (await this.link.drained(DRAIN_MS)) || goesOn;
    await this.link.end(isDone && this.link.isConnected);
  }

  /** Publishes a retained message; resolves once the broker has acknowledged it. */
  async retain(topic: string, payload: string): Promise<void> {
    await publishAcknowledged(this.link, topic, payload, { qos: 1, retain: true });
  }

  /** Publishes an update order. Resolves once the broker has acknowledged it. */
  async order(id: string, text: string): Promise<void> {
    await publishAcknowledged(this.link, topicOf(id, "update"), text, { qos: 1 });
  }

  /**
   * Sends a manual command.
   * @returns the fields that are sent, now or when the device comes back
   * @throws UserError if the device takes no more ordered commands
   */
  commandByHand(id: string, fields: Fields): Fields {
    return this.commander.byHand(id, fields);
  }

  /** Removes a device. Resolves once the broker keeps no message of the device. */
  async remove(id: string): Promise<void> {
    await this.removal.remove(id);
  }

  /**
   * Whether the device's removal has begun and not ended: the broker may still keep its messages.
   */
  isPartlyRemoved(id: string): boolean {
    return this.removal.isUnfinished(id);
  }

  /**
   * Names a device. Resolves once the broker has acknowledged the retained name.
   * @param name the new name; "" removes the name
   */
  async rename(id: string, name: string): Promise<void> {
    this.options.names.set(id, name);
    await this.retain(NAMES_TOPIC + id, namePayload(name));
  }

  /** Whether this server, of all on the broker, commands the device and publishes on its behalf. */
  speaksFor(id: string): boolean {
    return this.commander.speaksFor(id);
  }

  /**
   * While a server is online, devices do not decide for themselves. So a server that only watches
   * does not announce itself.
   */
  private async announce(status: Status): Promise<void> {
    if (this.options.decide) await this.retain(SERVER_STATUS_TOPIC, status);
  }

  private announceAgain(): void {
    // If the connection is lost before the acknowledgement, the status is published after the
    // reconnect.
    this.announce("online").catch(() => undefined);
  }

  private receive(topic: string, payload: Buffer, arrival: Receipt): void {
    // A message that is not handled now is not acknowledged, so the broker delivers it again.
    if (!this.link.isEnding) this.receiver.receive(topic, payload, arrival);
  }

  /** Decides the held readings and the groups that another server left undecided. */
  private takeOver(readings: HeldReading[], groups: Group[]): void {
    for (const { topic, payload, atMs, nowMs } of readings)
      this.receive(topic, payload, { atMs, nowMs, retained: false, qos: 1 });
    const nowMs = this.options.clock.monotonicMs();
    for (const group of groups)
      for (const { id, command } of this.decisions.decideGroup(group, nowMs))
        this.commander.give(id, command, { kind: "group" });
    this.resender.repeatLatest();
  }
}
