import { connectAsync, type MqttClient } from "mqtt";
import { CommandGate } from "../../../src/command-gate";
import { parseCommand, topicOf } from "../../../src/common/wire";
import type { Random } from "../random";
import { until } from "../until";
import type { FleetEvent, Kind } from "./check";

const DARK = 0;
const BRIGHT = 700;

/** A device of the fleet whose history is checked. */
export class HistoryDevice {
  ledOn = false;
  private wanted = false;
  private seq = 0;
  private answered = 0;
  private echoes = 0;
  private readonly boot: number;
  private readonly gate: CommandGate;

  private constructor(
    readonly id: string,
    readonly kind: Kind,
    private readonly client: MqttClient,
    private readonly random: Random,
    private readonly note: (event: FleetEvent) => void,
  ) {
    this.boot = random.below(2 ** 24);
    this.gate = new CommandGate(this.boot, 0);
    client.on("message", (topic, payload, { dup }) => {
      if (topic === this.echoTopic) this.echoes++;
      else this.receive(payload.toString(), dup);
    });
  }

  /** Connects with a persistent session. Commands sent while a node is down wait in the session. */
  static async connect(
    urls: string[],
    id: string,
    kind: Kind,
    random: Random,
    note: (event: FleetEvent) => void,
  ): Promise<HistoryDevice> {
    const servers = urls.map((url) => {
      const { hostname, port } = new URL(url);
      return { host: hostname, port: Number(port), protocol: "mqtt" as const };
    });
    const client = await connectAsync({
      servers,
      clientId: id,
      clean: false,
      reconnectPeriod: 50,
      keepalive: 5,
    });
    const device = new HistoryDevice(id, kind, client, random, note);
    await client.subscribeAsync([topicOf(id, "commands"), device.echoTopic], { qos: 1 });
    return device;
  }

  /**
   * A topic that servers ignore. A message on it returns to the device after all messages sent to
   * the device earlier.
   */
  private get echoTopic(): string {
    return `${this.id}/echo`;
  }

  /**
   * Whether a counting device's last reading is answered. The value is valid only if that reading
   * asked for a change.
   */
  get isAnswered(): boolean {
    return this.answered === this.seq;
  }

  /** Resolves once the device has received all messages sent to it earlier. */
  async untilCaughtUp(): Promise<void> {
    const before = this.echoes;
    await this.client.publishAsync(this.echoTopic, "", { qos: 1 });
    await until(`${this.id} hears its echo`, () => this.echoes > before);
  }

  get isRight(): boolean {
    return this.ledOn === this.wanted;
  }

  /**
   * Publishes a reading, which usually asks for a change of the LED. Resolves when the reading is
   * acknowledged.
   */
  async report(mustChange = false): Promise<void> {
    // A lesson device's answers differ only in the wanted LED state, so its readings alternate.
    const changes = mustChange || this.kind === "lesson" || this.random.below(4) > 0;
    const from = this.kind === "lesson" ? this.wanted : this.ledOn;
    this.wanted = changes ? !from : from;
    const seq = ++this.seq;
    // Each reading gets another light level, so that readings differ in the history even if they
    // contain only the light.
    const light = (this.wanted ? DARK : BRIGHT) + (seq % 200);
    this.note({ type: "reading", device: this.id, seq, wanted: this.wanted, ledOn: this.ledOn });
    const more = this.kind === "lesson" ? {} : { led_on: this.ledOn, seq, boot: this.boot };
    await this.client.publishAsync(
      topicOf(this.id, "telemetry"),
      JSON.stringify({ light, ...more }),
      { qos: 1 },
    );
    this.note({ type: "acknowledged", device: this.id, seq });
  }

  async stop(): Promise<void> {
    await this.client.endAsync(true);
  }

  private receive(text: string, again: boolean): void {
    const { value } = parseCommand(text);
    if (!value) throw new Error(`${this.id} got ${text}`);
    const { led_on: ledOn, seq } = value;
    this.note({ type: "command", device: this.id, ledOn, seq, again });
    if (seq !== undefined) this.answered = seq;
    if (this.kind === "lesson" || this.gate.admit(value) === undefined) this.ledOn = ledOn;
  }
}
