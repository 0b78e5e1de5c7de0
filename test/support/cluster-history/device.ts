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

  /** Its session is kept: what it is told while a node is away waits for it. */
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

  /** No topic of ours: what is sent there comes back behind all that was sent to the device before. */
  private get echoTopic(): string {
    return `${this.id}/echo`;
  }

  /** A counting device: its last reading is answered, if it asked for a change. */
  get isAnswered(): boolean {
    return this.answered === this.seq;
  }

  /** Resolves once the device has all that was sent to it before. */
  async hasAll(): Promise<void> {
    const before = this.echoes;
    await this.client.publishAsync(this.echoTopic, "", { qos: 1 });
    await until(`${this.id} hears its echo`, () => this.echoes > before);
  }

  get isRight(): boolean {
    return this.ledOn === this.wanted;
  }

  /** A reading that mostly asks for another light than there is; resolves when it is acknowledged. */
  async report(mustChange = false): Promise<void> {
    // A lesson device's answers are told apart by what they want: so it alternates.
    const changes = mustChange || this.kind === "lesson" || this.random.below(4) > 0;
    const from = this.kind === "lesson" ? this.wanted : this.ledOn;
    this.wanted = changes ? !from : from;
    const seq = ++this.seq;
    // So the history tells its readings apart, also where they say nothing but the light.
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
