import { connectAsync, type MqttClient } from "mqtt";
import { decide, type Rule } from "../src/rule";
import {
  PAYLOAD_MAX_BYTES,
  SERVER_STATUS_TOPIC,
  commandsTopic,
  parseCommand,
  parseState,
  parseStatus,
  parseTelemetry,
  stateTopic,
  statusTopic,
  telemetryTopic,
  type Command,
  type Status,
  type Telemetry,
} from "../src/wire";
import type { Devices } from "./devices";
import { printable, type Log } from "./log";
import { SeenReadings } from "./seen-readings";
import { UserError, messageOf } from "./user-error";

export interface DeciderOptions {
  brokerUrl: string;
  clientId: string;
  username?: string;
  password?: string;
  /** The one device to serve, or undefined for all that speak to the broker. */
  onlyId?: string;
  /** False: watch only, another server decides. */
  decide: boolean;
  rule: Rule;
  onConnection: (connected: boolean) => void;
}

/** How long the broker may take to answer the first time. */
const CONNECT_TIMEOUT_MS = 5_000;
const RECONNECT_MS = 500;
/** A reading that was stored for longer than this is history: it decides nothing any more. */
const STALE_MS = 5_000;

const OFFLINE_WILL = {
  topic: SERVER_STATUS_TOPIC,
  payload: Buffer.from("offline" satisfies Status),
  qos: 1,
  retain: true,
} as const;

/** The server's MQTT side: telemetry in, decisions out. */
export class Decider {
  private readonly seen = new SeenReadings();

  private constructor(
    private readonly client: MqttClient,
    private readonly options: DeciderOptions,
    private readonly devices: Devices,
    private readonly log: Log,
  ) {}

  /** @throws UserError where the broker can't be reached or refuses */
  static async start(options: DeciderOptions, devices: Devices, log: Log): Promise<Decider> {
    const client = await connect(options);
    const decider = new Decider(client, options, devices, log);
    client.on("message", (topic, payload) => decider.receive(topic, payload));
    client.on("connect", () => {
      log("server", `Connected again to ${options.brokerUrl}`);
      options.onConnection(true);
      void decider.announce("online");
    });
    client.on("close", () => {
      if (client.disconnecting) return;
      log("server", `Lost the broker ${options.brokerUrl}, trying again`);
      options.onConnection(false);
    });
    client.on("error", (error) => log("server", `Broker ${options.brokerUrl}: ${error.message}`));
    const id = options.onlyId ?? "+";
    const topics = [telemetryTopic(id), commandsTopic(id), statusTopic(id), stateTopic(id)];
    await client.subscribeAsync(topics, { qos: 1 });
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

  /** A command by hand, or by the rule. */
  send(id: string, command: Command): void {
    const payload = JSON.stringify(command);
    this.log("server", `Sending message: ${payload} to ${id}`);
    this.client.publish(commandsTopic(id), payload, { qos: 1 }, (error) => {
      if (error) this.log("server", `Not sent to ${id}: ${error.message}`);
    });
  }

  private receive(topic: string, payload: Buffer): void {
    const atMs = Date.now();
    const text = payload.subarray(0, PAYLOAD_MAX_BYTES + 1).toString();
    const rejected = this.handle(topic, text, atMs);
    if (rejected) this.log("server", `Warning: ignored ${topic}: ${rejected}`);
    this.devices.message({ atMs, topic, payload: printable(text), rejected });
  }

  /** @returns what is wrong with the message */
  private handle(topic: string, text: string, atMs: number): string | undefined {
    const slash = topic.lastIndexOf("/");
    const id = topic.slice(0, slash);
    switch (topic.slice(slash + 1)) {
      case "telemetry":
        return this.telemetry(id, text, atMs);
      case "commands": {
        const { value, error } = parseCommand(text);
        if (value) this.devices.commanded(id, value.led_on);
        return error;
      }
      case "status": {
        const { value, error } = parseStatus(text);
        // The server's own status has the same shape.
        if (value && topic !== SERVER_STATUS_TOPIC) this.devices.status(id, value);
        return error;
      }
      case "state": {
        const { value, error } = parseState(text);
        if (value) this.devices.state(id, value);
        return error;
      }
      default:
        return undefined;
    }
  }

  private telemetry(id: string, text: string, atMs: number): string | undefined {
    const { value, error } = parseTelemetry(text);
    if (!value) return error;
    if (!this.seen.isNew(id, value)) return undefined;
    this.log("server", `Message received: ${text} from ${id}`);
    const ageMs = value.age_ms ?? 0;
    const known = value.led_on ?? this.devices.ledOn(id);
    this.devices.reading({ id, atMs: atMs - ageMs, light: value.light }, atMs, value.led_on);
    if (!this.options.decide || ageMs > STALE_MS) return undefined;
    const ledOn = decide(this.options.rule, value.light, known);
    if (ledOn !== value.led_on) this.send(id, answer(ledOn, value));
    return undefined;
  }
}

/** Names the reading that it answers, so that a device can tell an old answer. */
function answer(ledOn: boolean, { seq, boot }: Telemetry): Command {
  const command: Command = { led_on: ledOn };
  if (seq !== undefined) command.seq = seq;
  if (boot !== undefined) command.boot = boot;
  return command;
}

async function connect(options: DeciderOptions): Promise<MqttClient> {
  const { brokerUrl, clientId, username, password } = options;
  try {
    return await connectAsync(
      brokerUrl,
      {
        clientId,
        username,
        password,
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectPeriod: RECONNECT_MS,
        // Readings that nobody could answer are not worth a queue: the next one is on its way.
        queueQoSZero: false,
        ...(options.decide && { will: OFFLINE_WILL }),
      },
      false,
    );
  } catch (error) {
    throw new UserError(`cannot reach the broker ${brokerUrl}: ${messageOf(error)}`);
  }
}
