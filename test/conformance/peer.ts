import {
  ack,
  connack,
  type Connect,
  connect,
  DISCONNECT,
  hex,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBCOMP,
  type Publish,
  publish,
  PUBREC,
  PUBREL,
  suback,
  subscribe,
  UNSUBACK,
  unsubscribe,
} from "../support/mqtt-bytes";
import { described, Unexpected, Wire } from "../support/wire";

/** A message as a subscriber receives it. Missing flags are 0 or false. */
export type Message = [topic: string, payload: string, flags?: Publish];

/** A client that follows the standard unless a test makes it send something else. */
export class Peer extends Wire {
  private lastId = 0;

  /** Sends CONNECT and checks that the broker accepts it. */
  async connect(options: Connect = {}, sessionPresent = false): Promise<void> {
    this.send(connect(options));
    await this.expectPackets(connack(0, sessionPresent));
  }

  /** Subscribes to one filter and checks that the requested QoS is granted. */
  async subscribe(filter: string, qos = 0): Promise<void> {
    const id = this.newId();
    this.send(subscribe(id, [filter, qos]));
    await this.expectAnswer(suback(id, qos));
  }

  async unsubscribe(filter: string): Promise<void> {
    const id = this.newId();
    this.send(unsubscribe(id, filter));
    await this.expectAnswer(ack(UNSUBACK, id));
  }

  /** Publishes a message and completes its handshake. At QoS 0, returns after sending. */
  async publish(topic: string, payload: string, flags: Publish = {}): Promise<void> {
    const { qos = 0 } = flags;
    const id = this.newId();
    this.send(publish(topic, payload, { ...flags, id }));
    if (qos === 1) await this.expectAnswer(ack(PUBACK, id));
    if (qos === 2) {
      await this.expectAnswer(ack(PUBREC, id));
      this.send(ack(PUBREL, id));
      await this.expectAnswer(ack(PUBCOMP, id));
    }
  }

  /**
   * Checks that the next packet is this message, without acknowledging it.
   * @returns its packet id, or 0 at QoS 0
   */
  async receiveWithoutAck(...[topic, payload, flags = {}]: Message): Promise<number> {
    const found = await this.next();
    const id = (flags.qos ?? 0) > 0 ? messageId(found) : 0;
    const expected = publish(topic, payload, { ...flags, id: flags.id ?? id });
    if (!found || !found.equals(expected))
      throw new Unexpected(`expected ${hex(expected)}, got ${described(found)}`);
    if ((flags.qos ?? 0) > 0 && id === 0) throw new Unexpected("a message has the packet id 0");
    return id;
  }

  /** Checks that the next packet is this message, and acknowledges it. */
  async receive(...message: Message): Promise<void> {
    const id = await this.receiveWithoutAck(...message);
    const qos = message[2]?.qos ?? 0;
    if (qos === 1) this.send(ack(PUBACK, id));
    if (qos === 2) await this.completeQos2(id);
  }

  /** Completes the QoS 2 handshake, from PUBREC to PUBCOMP. */
  async completeQos2(id: number): Promise<void> {
    this.send(ack(PUBREC, id));
    await this.expectAnswer(ack(PUBREL, id));
    this.send(ack(PUBCOMP, id));
  }

  /** Checks that these messages come next, at QoS 0, in any order. */
  async receiveAll(...messages: Message[]): Promise<void> {
    const expected = messages.map((message) => hex(publish(...message))).sort();
    const found: string[] = [];
    while (found.length < messages.length) found.push(described(await this.next()));
    if (found.sort().join() !== expected.join())
      throw new Unexpected(`expected ${expected.join(" and ")}, got ${found.join(" and ")}`);
  }

  /** Sends PINGREQ and waits for the answer. The broker has handled all earlier packets by then. */
  async ping(): Promise<void> {
    this.send(PINGREQ);
    await this.expectPackets(PINGRESP);
  }

  /**
   * Checks that the broker closes the connection. PINGREQ makes a broker answer if it has not
   * closed the connection.
   */
  async expectCutOff(): Promise<void> {
    this.send(PINGREQ);
    await this.expectEnd();
  }

  /** Checks that the connection is closed without any further packet. */
  async expectEnd(): Promise<void> {
    const found = await this.next();
    if (found) throw new Unexpected(`expected the end of the connection, got ${described(found)}`);
  }

  /**
   * Checks that the broker refuses CONNECT: it closes the connection, with or without a return
   * code.
   */
  async expectRefusal(): Promise<void> {
    const found = await this.next();
    if (!found) return;
    if (found[0] !== 0x20 || found.length !== 4 || found[3] === 0)
      throw new Unexpected(`expected a refusal, got ${described(found)}`);
    await this.expectEnd();
  }

  /** Sends DISCONNECT and waits until the broker has handled it. */
  async disconnect(): Promise<void> {
    this.send(DISCONNECT);
    this.stream.end();
    await this.expectEnd();
  }

  newId(): number {
    return ++this.lastId;
  }

  /** Checks that this packet arrives. Messages before it stay in the queue for later checks. */
  async expectAnswer(expected: Buffer): Promise<void> {
    const earlier: Buffer[] = [];
    let found = await this.next();
    for (; found && (found[0] ?? 0) >> 4 === 3; found = await this.next()) earlier.push(found);
    this.packets.unshift(...earlier);
    if (!found || !found.equals(expected))
      throw new Unexpected(`expected ${hex(expected)}, got ${described(found)}`);
  }
}

/** Returns the packet id of a PUBLISH at QoS 1 or 2, and 0 for any other packet. */
export function messageId(found: Buffer | undefined): number {
  if (!found || found[0] === undefined || found[0] >> 4 !== 3) return 0;
  let at = 1;
  while ((found[at++] ?? 0) > 0x7f);
  at += 2 + found.readUInt16BE(at);
  return at + 2 <= found.length ? found.readUInt16BE(at) : 0;
}
