import { rootCertificates } from "node:tls";
import type { MqttClient } from "mqtt";
import { CLOCK } from "../../server/base/clock";
import { SERVER_STATUS_TOPIC, topicOf } from "../../src/common/wire";
import type { LogLine } from "./hardware";
import { isClockSynchronised } from "./host";
import type { OutboxKeeper } from "./outbox-keeper";

/** How often to check for readings to send, and to retry. */
const LOOK_MS = 5_000;
/** How long to wait for a time server. A Pi does not know the time at start. */
const CLOCK_PATIENCE_MS = 300_000;
/** How long to wait for the server's status. A lesson's server never publishes one. */
const SERVER_PATIENCE_MS = 5_000;
const CONNECT_TIMEOUT_MS = 10_000;

export interface LateSenderOptions {
  /** A URL with mqtt:// or mqtts://. */
  broker: string;
  ca?: Buffer | undefined;
  user?: string | undefined;
  password?: string | undefined;
  /** The prefix of all topics; empty, or with a slash at its end. */
  topicPrefix: string;
  id: string;
}

/**
 * Sends the readings of earlier runs, which are not in the program's outbox, over a separate
 * connection, at QoS 1, each with its age. They stay on the disk until they are acknowledged.
 */
export class LateSender {
  private readonly startedMs = CLOCK.monotonicMs();
  private readonly timer: NodeJS.Timeout;
  private sending: Promise<void> | undefined;
  private interrupt: (() => void) | undefined;

  constructor(
    private readonly options: LateSenderOptions,
    private readonly keeper: OutboxKeeper,
    private readonly say: LogLine,
  ) {
    this.timer = setInterval(() => this.look(), LOOK_MS).unref();
    this.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.interrupt?.();
    await this.sending;
  }

  private look(): void {
    if (this.sending || !this.keeper.readings.firstLate()) return;
    const waitedMs = CLOCK.monotonicMs() - this.startedMs;
    if (!isClockSynchronised() && waitedMs < CLOCK_PATIENCE_MS) return;
    this.sending = this.send()
      // The program already logs a missing connection, and the next look retries.
      .catch(() => undefined)
      .finally(() => (this.sending = undefined));
  }

  private async send(): Promise<void> {
    const { broker, ca, user, password, id } = this.options;
    const { connect } = await import("mqtt");
    const client = connect(broker, {
      // A device's account may use this client id in addition to the program's.
      clientId: id,
      ...(ca && { ca: [...rootCertificates, ca.toString()] }),
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      connectTimeout: CONNECT_TIMEOUT_MS,
      // No reconnect, because a resent message would contain a wrong age.
      reconnectPeriod: 0,
    });
    const ended = new Promise<never>((_, reject) => {
      client.on("error", reject).on("close", () => reject(new Error("closed")));
      this.interrupt = () => reject(new Error("stopping"));
    });
    try {
      await Promise.race([this.sendBy(client), ended]);
    } finally {
      client.end(true);
    }
  }

  private async sendBy(client: MqttClient): Promise<void> {
    const { topicPrefix, id } = this.options;
    const { readings } = this.keeper;
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await this.serverThere(client);
    let count = 0;
    for (let next = readings.firstLate(); next; next = readings.firstLate()) {
      const payload = JSON.stringify(readings.telemetry(next));
      await client.publishAsync(topicOf(topicPrefix + id, "telemetry"), payload, { qos: 1 });
      readings.remove(next);
      this.keeper.saveSoon();
      count++;
    }
    this.say(`Readings of an earlier run: ${count} sent`, "info");
  }

  /**
   * Waits for the server: without a server, the broker acknowledges readings that no one receives.
   */
  private async serverThere(client: MqttClient): Promise<void> {
    const there = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SERVER_PATIENCE_MS).unref();
      client.on("message", (_, status) => {
        clearTimeout(timer);
        if (status.toString() === "online") resolve();
      });
    });
    await client.subscribeAsync(this.options.topicPrefix + SERVER_STATUS_TOPIC, { qos: 1 });
    await there;
  }
}
