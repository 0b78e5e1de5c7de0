import { connectAsync, type MqttClient } from "mqtt";
import { CommandGate } from "../../src/command-gate";
import { type Command, parseCommand, topicOf } from "../../src/common/wire";
import type { Kind } from "./cluster-history/check";
import type { Random } from "./random";
import { until } from "./until";

const THRESHOLD = 300;

/** A device that speaks plain MQTT, light enough for a test to run many such devices. */
export class FleetDevice {
  ledOn = false;
  light = 1023;
  readings = 0;
  readonly commands: Command[] = [];
  /**
   * Number of commands that the device did not obey, because they were invalid or older than
   * another command.
   */
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

  /** Publishes a reading. Resolves when the broker has acknowledged it. */
  async report(light: number): Promise<void> {
    this.light = light;
    const seq = ++this.readings;
    const reading =
      this.kind === "lesson" ? { light } : { light, led_on: this.ledOn, seq, boot: this.boot };
    await this.client.publishAsync(topicOf(this.id, "telemetry"), JSON.stringify(reading), {
      qos: 1,
    });
  }

  /** Whether the LED matches the last reading. */
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

/** Devices that report as fast as the broker accepts readings. */
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

  /**
   * Lets each device report `times` readings at random light levels, half of them below the
   * threshold.
   */
  async report(times: number, devices = this.devices): Promise<void> {
    await Promise.all(
      devices.map(async (device) => {
        for (let time = 0; time < times; time++) await device.report(this.random.below(600));
      }),
    );
  }

  /** Lets each device report once more, with a light level that has to switch its LED. */
  async change(devices = this.devices): Promise<void> {
    await Promise.all(devices.map((device) => device.report(device.ledOn ? 900 : 100)));
  }

  /** Waits until every LED matches its device's last reading. */
  async untilRight(kind?: Kind): Promise<void> {
    const devices = this.devices.filter((device) => !kind || device.kind === kind);
    const wrong = () => devices.filter((device) => !device.isRight).map(({ id }) => id);
    try {
      await until("every LED is right", () => wrong().length === 0);
    } catch (error) {
      throw new Error(`${String(error)}; wrong are ${wrong().join(", ")}`);
    }
  }

  /** Returns the sum of `what` over the devices of one kind. */
  count(kind: Kind, what: (device: FleetDevice) => number): number {
    return this.devices
      .filter((device) => device.kind === kind)
      .reduce((sum, device) => sum + what(device), 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.devices.map(({ client }) => client.endAsync(true)));
  }
}
