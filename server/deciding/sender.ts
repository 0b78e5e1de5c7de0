import type { MqttClient } from "mqtt";
import { topicOf } from "../../src/common/wire";
import { payloadOf, type Cause, type Command } from "./command";
import { speaksMqtt5 } from "./connect";
import type { Counts } from "./counts";
import type { Devices } from "./devices";
import type { Log } from "../base/log";
import type { MessageLog } from "../base/message-log";
import type { Unconfirmed } from "./unconfirmed";

export interface SenderOptions {
  /** The broker is the one in this process: it spares the server its own messages, as MQTT 5 can. */
  embedded: boolean;
  counts: Counts;
  /** A reading's command was acknowledged this long after the reading came, ms. */
  onDecided: (latencyMs: number) => void;
}

/** Sends what the server has to say to devices, and counts it. */
export class Sender {
  constructor(
    private readonly client: MqttClient,
    private readonly options: SenderOptions,
    private readonly devices: Devices,
    private readonly log: Log,
    private readonly messageLog: MessageLog,
    private readonly onUnconfirmed: (lost: Unconfirmed) => void,
  ) {}

  /** @param expiryS the broker need not keep it for longer, s */
  command(id: string, command: Command, cause: Cause, expiryS?: number): void {
    const { counts, onDecided } = this.options;
    const { answers, arrivedMs, qos = 1, sentMs = performance.now() } = cause;
    const lost = { id, command, cause, expiryS, sentMs };
    if (!this.client.connected && qos === 1) return this.onUnconfirmed(lost);
    const text = payloadOf(command, answers);
    this.messageLog.note(() => `Sending message: ${text} to ${id}`, { id });
    // Brokers that speak MQTT 5 drop it by themselves; ours goes by the payload's expires_at.
    const properties =
      expiryS !== undefined && speaksMqtt5(this.client)
        ? { messageExpiryInterval: expiryS }
        : undefined;
    const topic = topicOf(id, "commands");
    const decided = () => {
      if (arrivedMs !== undefined) onDecided(performance.now() - arrivedMs);
    };
    counts.commands[cause.kind]++;
    if (qos === 0) {
      // Nobody acknowledges it, and a callback for each would wait for the socket to drain.
      this.client.publish(topic, text);
      decided();
    } else {
      counts.unacknowledged++;
      this.client.publish(topic, text, { qos, properties }, (error) => {
        counts.unacknowledged--;
        if (error) this.onUnconfirmed(lost);
        else decided();
      });
    }
    if (this.hearsItself) return;
    this.devices.commanded(id, command.on);
    this.devices.message({ atMs: Date.now(), topic, payload: text });
  }

  /** What should hold, for this server's next run and for other servers. */
  desired(id: string, command: Command): void {
    const topic = topicOf(id, "desired");
    const { text } = command;
    this.client.publish(topic, text, { qos: 1, retain: true }, (error) => {
      if (error) this.log("server", `Not kept for ${id}: ${error.message}`, { level: "warn", id });
    });
    if (!this.hearsItself) this.devices.message({ atMs: Date.now(), topic, payload: text });
  }

  /** Brokers of MQTT 3.1.1 send a server its own commands back. */
  private get hearsItself(): boolean {
    return !speaksMqtt5(this.client) && !this.options.embedded;
  }
}
