import type { MqttClient } from "mqtt";
import { waitFor } from "../base/wait-for";
import type { Link, OnMessage, PublishCallback, PublishOptions } from "./link";
import { addressOf, speaksMqtt5 } from "./mqtt-client";

/** A link to a broker in another process, by MQTT.js. */
export class RemoteLink implements Link {
  onMessage: OnMessage = () => undefined;
  private isCorked = false;

  /**
   * @param maxTurnMs longest turn of the event loop, ms. During a longer one, another server has
   * taken over, so what this server was about to write is discarded, together with the connection.
   */
  constructor(
    readonly client: MqttClient,
    private readonly maxTurnMs = Infinity,
  ) {
    // MQTT.js acknowledges a message after this handler. By then, the commands that answer the
    // message are already in flight, so no acknowledged reading is lost.
    client.on("message", (topic, payload, packet) => {
      this.cork();
      this.onMessage(topic, payload, packet);
    });
  }

  get isConnected(): boolean {
    return this.client.connected;
  }

  get isEnding(): boolean {
    return this.client.disconnecting;
  }

  get address(): string {
    return addressOf(this.client);
  }

  /** With MQTT 5, the broker can omit our own messages [MQTT 5, 3.8.3.1]. */
  get echoes(): boolean {
    return !speaksMqtt5(this.client);
  }

  get isKept(): boolean {
    return this.client.options.clean === false;
  }

  publish(
    topic: string,
    text: string,
    { qos, retain, expiryS }: PublishOptions,
    done?: PublishCallback,
  ): void {
    if (qos === 0) {
      // With a callback, each message would wait for the socket to drain.
      this.client.publish(topic, text, { retain });
      done?.();
      return;
    }
    // Brokers with MQTT 5 discard expired messages; the embedded broker reads `expires_at`.
    const properties =
      expiryS !== undefined && !this.echoes ? { messageExpiryInterval: expiryS } : undefined;
    this.client.publish(topic, text, { qos, retain, properties }, (error) =>
      done?.(error ?? undefined),
    );
  }

  async subscribe(filters: string[], echo?: "with our own"): Promise<void> {
    // The server knows its own messages, so it asks a broker with MQTT 5 to omit them [MQTT 5,
    // 3.8.3.1].
    await this.client.subscribeAsync(filters, { qos: 1, nl: echo === undefined });
  }

  async unsubscribe(filters: string[]): Promise<void> {
    await this.client.unsubscribeAsync(filters);
  }

  async drained(timeoutMs: number): Promise<boolean> {
    const isEmpty = () => Object.keys(this.client.outgoing).length === 0;
    await waitFor(() => !this.client.connected || isEmpty(), timeoutMs, 10);
    return isEmpty();
  }

  async end(isProper: boolean): Promise<void> {
    await this.client.endAsync(!isProper);
  }

  /**
   * Writes the acknowledgements of one read, and the answers to it, at once. Otherwise MQTT.js
   * makes a system call for each packet, which under load is a third of the server's work.
   */
  private cork(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    const { stream } = this.client;
    const startMs = performance.now();
    stream.cork();
    setImmediate(() => {
      this.isCorked = false;
      if (performance.now() - startMs < this.maxTurnMs) stream.uncork();
      else stream.destroy();
    });
  }
}
