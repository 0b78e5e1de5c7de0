import { connectAsync, type MqttClient } from "mqtt";
import { decide, type Rule } from "../src/rule";
import {
  PAYLOAD_MAX_BYTES,
  commandsTopic,
  parseCommand,
  parseTelemetry,
  telemetryTopic,
  type Command,
} from "../src/wire";
import type { Devices } from "./devices";
import { printable, type Log } from "./log";
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

/** The server's MQTT side: telemetry in, decisions out. */
export class Decider {
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
    });
    client.on("close", () => {
      if (client.disconnecting) return;
      log("server", `Lost the broker ${options.brokerUrl}, trying again`);
      options.onConnection(false);
    });
    client.on("error", (error) => log("server", `Broker ${options.brokerUrl}: ${error.message}`));
    const id = options.onlyId ?? "+";
    await client.subscribeAsync([telemetryTopic(id), commandsTopic(id)], { qos: 1 });
    return decider;
  }

  async stop(): Promise<void> {
    await this.client.endAsync(true);
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
    const [id = "", kind] = topic.split("/");
    const error = kind === "commands" ? this.commanded(id, text) : this.telemetry(id, text, atMs);
    if (error) this.log("server", `Warning: ignored ${topic}: ${error}`);
    this.devices.message({ atMs, topic, payload: printable(text), rejected: error });
  }

  /** @returns what is wrong with it */
  private telemetry(id: string, text: string, atMs: number): string | undefined {
    const { value, error } = parseTelemetry(text);
    if (!value) return error;
    this.log("server", `Message received: ${text} from ${id}`);
    const ledOn = decide(this.options.rule, value.light, this.devices.ledOn(id));
    this.devices.reading(id, atMs, value.light);
    if (this.options.decide) this.send(id, { led_on: ledOn });
    return undefined;
  }

  private commanded(id: string, text: string): string | undefined {
    const { value, error } = parseCommand(text);
    if (!value) return error;
    this.devices.commanded(id, value.led_on);
    return undefined;
  }
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
      },
      false,
    );
  } catch (error) {
    throw new UserError(`cannot reach the broker ${brokerUrl}: ${messageOf(error)}`);
  }
}
