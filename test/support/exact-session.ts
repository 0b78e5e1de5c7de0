import type { Packet } from "mqtt-packet";
import type { FaultyBroker, FaultyConnection } from "./faulty-broker";

interface Outgoing {
  messageId: number;
  topic: string;
  payload: string;
  qos: 1 | 2;
  sent: boolean;
  released: boolean;
}

/** Limit of messages in flight: Mosquitto's default. */
const WINDOW = 20;

/**
 * The broker's half of one client's persistent session, exactly as MQTT 3.1.1 sections 4.3 and 4.4
 * require. Clients are tested against it, and real brokers are compared with it.
 */
export class ExactSession {
  /** Messages published by the client, as subscribers would receive them. */
  readonly seen: { topic: string; payload: string }[] = [];
  private readonly unreleased = new Set<number>();
  private readonly queue: Outgoing[] = [];
  private lastId = 0;
  private connection: FaultyConnection | undefined;

  constructor(broker: FaultyBroker) {
    broker.behaviour = (packet, connection) => this.answer(broker, packet, connection);
  }

  payloads(topic: string): string[] {
    return this.seen.filter((message) => message.topic === topic).map(({ payload }) => payload);
  }

  /** True if the client has acknowledged everything sent to it. */
  get idle(): boolean {
    return this.queue.length === 0;
  }

  send(topic: string, payload: string, qos: 1 | 2): void {
    const messageId = (this.lastId++ % 65535) + 1;
    this.queue.push({ messageId, topic, payload, qos, sent: false, released: false });
    this.flush();
  }

  private answer(broker: FaultyBroker, packet: Packet, connection: FaultyConnection): boolean {
    const messageId = packet.messageId as number;
    if (packet.cmd === "connect") {
      connection.accept();
      broker.sessionPresent = true;
      this.connection = connection;
      for (const message of this.queue.slice(0, WINDOW)) if (message.sent) this.emit(message, true);
      this.flush();
      return true;
    }
    if (packet.cmd === "publish") {
      // At QoS 2 the message is passed on once, at its first arrival [MQTT 4.3.3, method B].
      if (packet.qos !== 2 || !this.unreleased.has(messageId))
        this.seen.push({ topic: packet.topic, payload: String(packet.payload) });
      if (packet.qos === 2) this.unreleased.add(messageId);
    } else if (packet.cmd === "pubrel") this.unreleased.delete(messageId);
    else if (packet.cmd === "puback" || packet.cmd === "pubcomp") this.remove(messageId);
    else if (packet.cmd === "pubrec") {
      const message = this.queue.find((one) => one.messageId === messageId);
      if (message) message.released = true;
    }
    return false;
  }

  private remove(messageId: number): void {
    const at = this.queue.findIndex((message) => message.messageId === messageId);
    if (at >= 0) this.queue.splice(at, 1);
    this.flush();
  }

  private flush(): void {
    if (!this.connection?.accepted) return;
    for (const message of this.queue.slice(0, WINDOW)) if (!message.sent) this.emit(message, false);
  }

  private emit(message: Outgoing, dup: boolean): void {
    const { messageId, topic, payload, qos } = message;
    message.sent = true;
    if (message.released) this.connection?.send({ cmd: "pubrel", messageId });
    else this.connection?.publish(topic, payload, { messageId, qos, dup });
  }
}
