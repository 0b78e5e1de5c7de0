import type { Message, Qos } from "./events";
import { Recorder } from "./recorder";

/** Builds short histories without clients or a broker, one line per step. */
export class Script extends Recorder {
  private ids = 0;

  /**
   * Connects a client, and receives CONNACK.
   * @returns the number of the connection
   */
  accepted(
    client: string,
    { clean = false, present = false, will = undefined as Message | undefined } = {},
  ): number {
    const connection = this.connect(client, clean, will);
    this.add({ type: "connack", connection, sessionPresent: present });
    return connection;
  }

  subscribed(connection: number, filter: string, qos: Qos = 1): void {
    this.answer(connection, "suback", this.subscribe(connection, { filter, qos }), [qos]);
  }

  unsubscribed(connection: number, filter: string): void {
    const at = this.add({ type: "unsubscribe", connection, filters: [filter] });
    this.answer(connection, "unsuback", at);
  }

  message(topic: string, qos: Qos = 1, retain = false): Message {
    return { topic, payload: this.nextPayload(), qos, retain };
  }

  /**
   * Publishes a message and acknowledges it; at QoS 0, a ping and its answer stand for the
   * acknowledgement.
   * @returns the message
   */
  published(connection: number, topic: string, qos: Qos = 1, retain = false): Message {
    const message = this.message(topic, qos, retain);
    this.acknowledge(connection, message, this.publish(connection, message));
    return message;
  }

  acknowledge(connection: number, { qos }: Message, at: number): void {
    if (qos === 0) this.pinged(connection);
    else if (qos === 1) this.answer(connection, "puback", at);
    else {
      this.answer(connection, "pubrec", at);
      const release = this.add({ type: "release", connection, of: at });
      this.answer(connection, "pubcomp", release);
    }
  }

  pinged(connection: number): void {
    this.answer(connection, "pingresp", this.add({ type: "ping", connection }));
  }

  /**
   * Receives a message as it was sent, except for the given fields, without acknowledging it.
   * @returns the packet id
   */
  received(
    connection: number,
    sent: Message,
    { dup = false, id = 0, ...more }: Partial<Message> & { dup?: boolean; id?: number } = {},
  ): number {
    const message = { ...sent, retain: false, ...more };
    const packetId = message.qos > 0 ? id || ++this.ids : undefined;
    this.add({ type: "received", connection, message, dup, packetId });
    return packetId ?? 0;
  }

  confirmed(connection: number, packetId: number): void {
    this.add({ type: "confirm", connection, packetId });
  }

  released(connection: number, packetId: number): void {
    this.add({ type: "released", connection, packetId });
  }

  /** Receives a message, and completes its handshake. */
  taken(
    connection: number,
    sent: Message,
    more: Partial<Message> & { dup?: boolean; id?: number } = {},
  ): void {
    const id = this.received(connection, sent, more);
    if (id === 0) return;
    this.confirmed(connection, id);
    if ((more.qos ?? sent.qos) === 2) this.released(connection, id);
  }

  cut(connection: number): void {
    this.add({ type: "cut", connection });
    this.add({ type: "closed", connection });
  }

  disconnected(connection: number): void {
    this.add({ type: "disconnect", connection });
    this.add({ type: "closed", connection });
  }

  killed(...connections: number[]): void {
    this.add({ type: "kill" });
    for (const connection of connections) this.add({ type: "closed", connection });
    this.add({ type: "gone" });
  }
}
