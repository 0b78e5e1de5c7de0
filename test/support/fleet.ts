import { connectAsync, type MqttClient } from "mqtt";
import { CommandGate } from "../../src/command-gate";
import { type Command, parseCommand, topicOf } from "../../src/common/wire";
import type { Kind } from "./cluster-history/check";
import type { Random } from "./random";
import { until } from "./until";

const THRESHOLD = 300;

/** A device in plain MQTT, many of which fit into a test. */
export class FleetDevice {
  ledOn = false;
  light = 1023;
  readings = 0;
  readonly commands: Command[] = [];
  /** Commands that it did not do, being older than another or of no use. */
  ignored = 0;
  private readonly boot: number;
  private readonly gate: CommandGate;

  private constructor(
    readonly id: string,
    readonly kind: Kind,
    readonly client: MqttClient,
    random: Random,
  ) {
    this.boot = random.below(2 ** 24);
    this.gate = new CommandGate(this.boot, 0);
    client.on("message", (_topic, payload) => this.receive(payload.toString()));
  }

  static async connect(url: string, id: string, kind: Kind, random: Random): Promise<FleetDevice> {
    const client = await connectAsync(url, { clientId: id, reconnectPeriod: 50 });
    const device = new FleetDevice(id, kind, client, random);
    await client.subscribeAsync(topicOf(id, "commands"), { qos: 1 });
    return device;
  }

  /** Resolves when the broker has acknowledged it. */
  async report(light: number): Promise<void> {
    this.light = light;
    const seq = ++this.readings;
    const reading =
      this.kind === "lesson" ? { light } : { light, led_on: this.ledOn, seq, boot: this.boot };
    await this.client.publishAsync(topicOf(this.id, "telemetry"), JSON.stringify(reading), {
      qos: 1,
    });
  }

  /** Whether the LED is as the last reading wants it. */
  get isRight(): boolean {
    return this.ledOn === this.light < THRESHOLD;
  }

  private receive(text: string): void {
    const { value } = parseCommand(text);
    if (!value) throw new Error(`${this.id} got ${text}`);
    this.commands.push(value);
    if (this.kind === "counting" && this.gate.admit(value) !== undefined) this.ignored++;
    else this.ledOn = value.led_on;
  }
}

/** Devices that report as fast as the broker takes it. */
export class Fleet {
  private constructor(
    readonly devices: FleetDevice[],
    private readonly random: Random,
  ) {}

  static async connect(url: string, ids: Record<Kind, string[]>, random: Random): Promise<Fleet> {
    const devices: FleetDevice[] = [];
    for (const kind of ["counting", "lesson"] as const)
      for (const id of ids[kind]) devices.push(await FleetDevice.connect(url, id, kind, random));
    return new Fleet(devices, random);
  }

  /** Each device reports that many times; a reading is as often dark as light. */
  async report(times: number, devices = this.devices): Promise<void> {
    await Promise.all(
      devices.map(async (device) => {
        for (let time = 0; time < times; time++) await device.report(this.random.below(600));
      }),
    );
  }

  /** Each reports once more, so that its LED has to change. */
  async change(devices = this.devices): Promise<void> {
    await Promise.all(devices.map((device) => device.report(device.ledOn ? 900 : 100)));
  }

  /** Waits for it. */
  async isRight(kind?: Kind): Promise<void> {
    const devices = this.devices.filter((device) => !kind || device.kind === kind);
    const wrong = () => devices.filter((device) => !device.isRight).map(({ id }) => id);
    try {
      await until("every LED is right", () => wrong().length === 0);
    } catch (error) {
      throw new Error(`${String(error)}; wrong are ${wrong().join(", ")}`);
    }
  }

  /** Of the devices of one kind. */
  count(kind: Kind, what: (device: FleetDevice) => number): number {
    return this.devices
      .filter((device) => device.kind === kind)
      .reduce((sum, device) => sum + what(device), 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.devices.map(({ client }) => client.endAsync(true)));
  }
}
