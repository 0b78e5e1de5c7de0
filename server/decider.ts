import type { MqttClient } from "mqtt";
import {
  SERVER_STATUS_TOPIC,
  parseState,
  parseStatus,
  parseTelemetry,
  topicOf,
  type Reading,
  type Status,
} from "../src/wire";
import { connect, type BrokerAccess } from "./connect";
import { parseFields } from "./command-fields";
import type { CommandPolicy } from "./config";
import type { CommandKind, Counts } from "./counts";
import { Decisions } from "./decisions";
import type { Devices } from "./devices";
import type { Group } from "./groups";
import type { Rejections } from "./rejections";
import { connectionError } from "./tls";
import { printable, type Log } from "./log";
import { Orders } from "./orders";
import { agrees, fieldsOf, sideOf, type Fields, type ServerRule } from "./rule-config";
import { SeenReadings } from "./seen-readings";

export interface DeciderOptions extends BrokerAccess {
  rejections: Rejections;
  /** The one device to serve, or undefined for all that speak to the broker. */
  onlyId?: string;
  /** False: watch only, another server decides. */
  decide: boolean;
  rule: ServerRule;
  groups: Group[];
  commands: CommandPolicy;
  counts: Counts;
  /** A reading's command was acknowledged this long after the reading came, ms. */
  onDecided: (latencyMs: number) => void;
  onConnection: (connected: boolean) => void;
}

/** What a command is sent for. */
interface Cause {
  kind: CommandKind;
  /** The reading that it answers. */
  answers?: Reading;
  /** When the reading that led to it came, by `performance.now()`. */
  arrivedMs?: number;
}

/** A payload beyond this is refused unread. */
const PAYLOAD_MAX_BYTES = 1024;

const OFFLINE_WILL = {
  topic: SERVER_STATUS_TOPIC,
  payload: Buffer.from("offline" satisfies Status),
  qos: 1,
  retain: true,
} as const;

/** The server's MQTT side: telemetry in, decisions out. */
export class Decider {
  readonly decisions: Decisions;
  private readonly orders: Orders;
  private readonly seen = new SeenReadings();

  private constructor(
    private readonly client: MqttClient,
    private readonly options: DeciderOptions,
    private readonly devices: Devices,
    private readonly log: Log,
  ) {
    this.decisions = new Decisions(options.rule, options.groups, (id) => devices.reportedOn(id));
    this.orders = new Orders(options.commands);
  }

  /** @throws UserError where the broker can't be reached or refuses */
  static async start(options: DeciderOptions, devices: Devices, log: Log): Promise<Decider> {
    const client = await connect(options, options.decide ? OFFLINE_WILL : undefined);
    const decider = new Decider(client, options, devices, log);
    client.on("message", (topic, payload, { retain }) => decider.receive(topic, payload, retain));
    client.on("connect", () => {
      log("server", `Connected again to ${options.brokerUrl}`);
      options.counts.reconnects++;
      options.onConnection(true);
      void decider.announce("online");
    });
    client.on("close", () => {
      if (client.disconnecting) return;
      log("server", `Lost the broker ${options.brokerUrl}, trying again`, { level: "warn" });
      options.onConnection(false);
    });
    client.on("error", (error) =>
      log("server", `Broker ${options.brokerUrl}: ${connectionError(error)}`, { level: "warn" }),
    );
    const id = options.onlyId ?? "+";
    const kinds = ["telemetry", "commands", "status", "state", "desired"] as const;
    await client.subscribeAsync(
      kinds.map((kind) => topicOf(id, kind)),
      // What it sends itself it knows: under MQTT 5 the broker spares it that [MQTT-3.8.3-3].
      { qos: 1, nl: true },
    );
    await decider.announce("online");
    return decider;
  }

  /** Says good-bye, so that devices decide for themselves. */
  async stop(): Promise<void> {
    if (this.client.connected) await this.announce("offline");
    await this.client.endAsync(true);
  }

  /** Devices go by this: a server that only watches must not keep them from deciding. */
  private async announce(status: Status): Promise<void> {
    if (!this.options.decide) return;
    await this.client.publishAsync(SERVER_STATUS_TOPIC, status, { qos: 1, retain: true });
  }

  /**
   * A command by hand, by the rule, or by a group.
   * @returns what is sent, now or when the device comes back
   */
  command(id: string, command: Fields, cause: Cause = { kind: "manual" }): Fields {
    if (this.orders.isOrdered(command)) {
      const { payload, expiryS } = this.orders.ordered(id, command, Date.now());
      // The broker keeps it for a device that is away: QoS 1, and the device's own session.
      this.publish(id, payload, cause, expiryS);
      return payload;
    }
    const isNews = this.orders.desire(id, command);
    if (isNews) this.retainDesired(id, command);
    if (this.devices.isOnline(id) !== false)
      this.publish(id, { ...command, ...echo(cause.answers) }, cause);
    return command;
  }

  private publish(id: string, payload: Fields, cause: Cause, expiryS?: number): void {
    const { counts, onDecided } = this.options;
    const text = JSON.stringify(payload);
    this.log("server", `Sending message: ${text} to ${id}`, { id });
    // Brokers that speak MQTT 5 drop it by themselves; ours goes by the payload's expires_at.
    const properties =
      expiryS !== undefined && this.client.options.protocolVersion === 5
        ? { messageExpiryInterval: expiryS }
        : undefined;
    const topic = topicOf(id, "commands");
    counts.commands[cause.kind]++;
    counts.unacknowledged++;
    this.client.publish(topic, text, { qos: 1, properties }, (error) => {
      counts.unacknowledged--;
      if (error) this.log("server", `Not sent to ${id}: ${error.message}`, { level: "warn", id });
      else if (cause.arrivedMs !== undefined) onDecided(performance.now() - cause.arrivedMs);
    });
    if (this.hearsItself) return;
    this.devices.commanded(id, sideOf(this.options.rule, payload) ?? false);
    this.devices.message({ atMs: Date.now(), topic, payload: text });
  }

  /** Brokers of MQTT 3.1.1 send a server its own commands back. */
  private get hearsItself(): boolean {
    return this.client.options.protocolVersion !== 5;
  }

  private retainDesired(id: string, command: Fields): void {
    const topic = topicOf(id, "desired");
    const text = JSON.stringify(command);
    this.client.publish(topic, text, { qos: 1, retain: true }, (error) => {
      if (error) this.log("server", `Not kept for ${id}: ${error.message}`, { level: "warn", id });
    });
    if (!this.hearsItself) this.devices.message({ atMs: Date.now(), topic, payload: text });
  }

  private receive(topic: string, payload: Buffer, retained: boolean): void {
    const atMs = Date.now();
    const text = payload.subarray(0, PAYLOAD_MAX_BYTES).toString();
    const rejected =
      payload.length > PAYLOAD_MAX_BYTES
        ? `payload of ${payload.length} bytes, allowed are ${PAYLOAD_MAX_BYTES}`
        : this.handle(topic, text, atMs, retained);
    if (rejected) {
      this.options.rejections.countPayload(topic);
      this.log("server", `Warning: ignored ${topic}: ${rejected}`, { level: "warn", topic });
    }
    this.devices.message({ atMs, topic, payload: printable(text), rejected });
  }

  /** @returns what is wrong with the message */
  private handle(topic: string, text: string, atMs: number, retained: boolean): string | undefined {
    const slash = topic.lastIndexOf("/");
    const id = topic.slice(0, slash);
    const { rule } = this.options;
    switch (topic.slice(slash + 1)) {
      case "telemetry":
        return this.telemetry(id, text, atMs);
      case "commands": {
        const { value, error } = parseFields(text, rule);
        if (value) this.devices.commanded(id, sideOf(rule, value) ?? false);
        return error;
      }
      case "status": {
        const { value, error } = parseStatus(text);
        // The server's own status has the same shape.
        if (!value || topic === SERVER_STATUS_TOPIC) return error;
        this.devices.status(id, value);
        if (value === "online" && !retained) this.cameBack(id);
        return undefined;
      }
      case "state": {
        const { value, error } = parseState(text);
        if (!value) return error;
        this.devices.state(id, value, sideOf(rule, value));
        // One that decides alone has reasons of its own; its next reading is answered anyway.
        if (!retained && value.decided_by !== "device") this.correct(id, value);
        return undefined;
      }
      case "desired": {
        const { value, error } = parseFields(text, rule);
        // Retained, it is what this or another server wanted before; else another's, or our own.
        if (value) this.orders.desire(id, value);
        return error;
      }
      default:
        return undefined;
    }
  }

  private telemetry(id: string, text: string, atMs: number): string | undefined {
    const { rule, counts } = this.options;
    const arrivedMs = performance.now();
    const { value, error } = parseTelemetry(text, fieldsOf(rule));
    if (!value) return error;
    if (!this.seen.isNew(id, value)) return undefined;
    counts.readings++;
    this.log("server", `Message received: ${text} from ${id}`, { id });
    const reading = { id, atMs: atMs - (value.age_ms ?? 0), values: value.values };
    this.devices.reading(reading, atMs, sideOf(rule, value.said));
    if (!this.options.decide) return undefined;
    for (const order of this.decisions.reading(id, value, atMs))
      this.command(order.id, order.command, {
        kind: this.decisions.decidesAlone(id) ? "rule" : "group",
        answers: order.id === id ? value : undefined,
        arrivedMs,
      });
    return undefined;
  }

  /** It may have missed what was decided while it was away. */
  private cameBack(id: string): void {
    const desired = this.orders.desiredOf(id);
    // What decides for itself sends a reading at once, and that is answered.
    if (!desired || !this.options.decide || this.decisions.decidesAlone(id)) return;
    this.publish(id, desired, { kind: "resent" });
  }

  private correct(id: string, said: Record<string, unknown>): void {
    const desired = this.orders.desiredOf(id);
    if (!desired || !this.options.decide || this.decisions.decidesAlone(id)) return;
    if (!agrees(desired, said)) this.publish(id, desired, { kind: "resent" });
  }
}

/** Names the reading that is answered, so that a device can tell an old answer. */
function echo(reading: Reading | undefined): Fields {
  const { seq, boot } = reading ?? {};
  return { ...(seq !== undefined && { seq }), ...(boot !== undefined && { boot }) };
}
