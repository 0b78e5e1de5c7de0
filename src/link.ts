import { MQTTClient, startMQTTClient } from "@devicescript/net";
import type { BrokerAddress } from "./broker-address";

/** What the nightlight needs of an MQTT client: the one place that knows which client it is. */
export class Link {
  private client: MQTTClient;

  constructor(
    private readonly broker: BrokerAddress,
    private readonly clientId: string,
    private readonly user: string,
    private readonly password: string,
  ) {}

  /** Resolves once connected. */
  async connect(): Promise<void> {
    this.client = await startMQTTClient({
      host: this.broker.host,
      port: this.broker.port,
      proto: this.broker.tls ? "tls" : "tcp",
      clientId: this.clientId,
      username: this.user,
      password: this.password,
    });
  }

  async publish(topic: string, payload: string): Promise<void> {
    await this.client.publish(topic, payload);
  }

  async subscribe(topic: string, handler: (payload: string) => Promise<void>): Promise<void> {
    await this.client.subscribe(topic, async (msg) => {
      await handler(msg.content.toString("utf-8"));
    });
  }
}
