import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { until } from "./until";

export interface Seen {
  topic: string;
  payload: string;
  retain: boolean;
}

/**
 * An MQTT client outside the system under test. It records all messages, and can publish on any
 * topic.
 */
export class Witness {
  readonly seen: Seen[] = [];

  private constructor(readonly client: MqttClient) {
    client.on("message", (topic, payload, packet) =>
      this.seen.push({ topic, payload: payload.toString(), retain: packet.retain }),
    );
  }

  static async connect(
    url: string,
    filter: string | string[] = "#",
    options: IClientOptions = {},
  ): Promise<Witness> {
    // The argument `false` lets the client reconnect after a lost connection, but reject if the
    // first connection fails.
    const witness = new Witness(
      await connectAsync(url, { reconnectPeriod: 50, ...options }, false),
    );
    await witness.client.subscribeAsync(filter, { qos: 1 });
    return witness;
  }

  payloads(topic: string): string[] {
    return this.seen.filter((message) => message.topic === topic).map(({ payload }) => payload);
  }

  /**
   * Waits for a message.
   * @param from index in `seen` of the first message to consider
   */
  async untilSeen(topic: string, payload: RegExp, from = 0): Promise<void> {
    await until(`${payload} on ${topic}`, () =>
      this.seen.slice(from).some((m) => m.topic === topic && payload.test(m.payload)),
    );
  }

  async publish(topic: string, payload: string | Buffer): Promise<void> {
    await this.client.publishAsync(topic, payload);
  }

  async stop(): Promise<void> {
    await this.client.endAsync(true);
  }
}
