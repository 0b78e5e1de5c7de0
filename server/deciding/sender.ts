import { topicOf } from "../../src/common/wire";
import type { Log } from "../base/log";
import { type Cause, type Command, payloadOf } from "./command";
import type { Counters } from "./counters";
import type { Devices } from "./devices";
import type { ServerBus } from "./events";
import type { Link } from "./link";
import type { MessageLog } from "./message-log";
import type { Unconfirmed } from "./unconfirmed";

export interface SenderOptions {
  bus: ServerBus;
  counts: Counters;
}

/** Sends commands and desired states to devices, and counts the commands. */
export class Sender {
  constructor(
    private readonly link: Link,
    private readonly options: SenderOptions,
    private readonly devices: Devices,
    private readonly log: Log,
    private readonly messageLog: MessageLog,
    private readonly onUnconfirmed: (lost: Unconfirmed) => void,
  ) {}

  /** @param expiryS after this time the broker may discard the command, s */
  command(id: string, command: Command, cause: Cause, expiryS?: number): void {
    const { bus, counts } = this.options;
    const { answers, arrivedMs, qos = 1, sentMs = performance.now() } = cause;
    const lost = { id, command, cause, expiryS, sentMs };
    if (!this.link.isConnected && qos === 1) return this.onUnconfirmed(lost);
    const text = payloadOf(command, answers);
    this.messageLog.note(() => `Sending message: ${text} to ${id}`, { id });
    const topic = topicOf(id, "commands");
    counts.commands[cause.kind]++;
    if (qos === 1) counts.unacknowledged++;
    this.link.publish(topic, text, { qos, expiryS }, (error) => {
      if (qos === 1) counts.unacknowledged--;
      if (error) this.onUnconfirmed(lost);
      else if (arrivedMs !== undefined) bus.emit("decided", performance.now() - arrivedMs);
    });
    if (this.link.echoes) return;
    this.devices.commanded(id, command.on);
    bus.emit("message", { atMs: Date.now(), topic, payload: text });
  }

  /** Publishes a device's desired state, retained for other servers and this server's next run. */
  desired(id: string, command: Command): void {
    const topic = topicOf(id, "desired");
    const { text } = command;
    this.link.publish(topic, text, { qos: 1, retain: true }, (error) => {
      if (error)
        this.log("server", `Desired state of ${id} not published: ${error.message}`, {
          level: "warn",
          id,
        });
    });
    if (this.link.echoes) return;
    this.options.bus.emit("message", { atMs: Date.now(), topic, payload: text });
  }
}
