import type { MqttClient } from "mqtt";
import type { Done, Link, OnMessage, Outgoing } from "./link";
import { addressOf, speaksMqtt5 } from "./mqtt-client";

/** A broker elsewhere, by MQTT.js. */
export class RemoteLink implements Link {
  onMessage: OnMessage = () => undefined;
  private isCorked = false;

  /**
   * @param maxTurnMs a process that was held up for longer while it decided has lost its place to
   * another server: what it was about to write is thrown away, with the connection
   */
  constructor(
    readonly client: MqttClient,
    private readonly maxTurnMs = Infinity,
  ) {
    // The client acknowledges each message once it was dealt with here, and its commands are on
    // the way before that: what the broker has acknowledged is not lost.
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

  /** MQTT 5 can spare it that [MQTT 5, 3.8.3.1]. */
  get echoes(): boolean {
    return !speaksMqtt5(this.client);
  }

  get isKept(): boolean {
    return this.client.options.clean === false;
  }

  publish(topic: string, text: string, { qos, retain, expiryS }: Outgoing, done?: Done): void {
    if (qos === 0) {
      // A callback for each would wait for the socket to drain.
      this.client.publish(topic, text, { retain });
      done?.();
      return;
    }
    // Brokers that speak MQTT 5 drop it by themselves; ours goes by the payload's expires_at.
    const properties =
      expiryS !== undefined && !this.echoes ? { messageExpiryInterval: expiryS } : undefined;
    this.client.publish(topic, text, { qos, retain, properties }, (error) =>
      done?.(error ?? undefined),
    );
  }

  async subscribe(filters: string[], echo?: "with our own"): Promise<void> {
    // It knows what it sends: under MQTT 5 the broker leaves that out [MQTT 5, 3.8.3.1].
    await this.client.subscribeAsync(filters, { qos: 1, nl: echo === undefined });
  }

  async unsubscribe(filters: string[]): Promise<void> {
    await this.client.unsubscribeAsync(filters);
  }

  async drained(timeoutMs: number): Promise<boolean> {
    const isEmpty = () => Object.keys(this.client.outgoing).length === 0;
    const endMs = performance.now() + timeoutMs;
    while (this.client.connected && !isEmpty() && performance.now() < endMs)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return isEmpty();
  }

  async end(isProper: boolean): Promise<void> {
    await this.client.endAsync(!isProper);
  }

  /**
   * What comes in one read is acknowledged and answered in one write: by itself, the client makes
   * a system call for each packet, which at load is a third of what the server does.
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
