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

/** A message as a subscriber gets it; what is not said is 0 or false. */
export type Message = [topic: string, payload: string, flags?: Publish];

/** A client that keeps to the standard unless a test makes it break it. */
export class Peer extends Wire {
  private lastId = 0;

  /** CONNECT, which is accepted. */
  async connects(options: Connect = {}, sessionPresent = false): Promise<void> {
    this.send(connect(options));
    await this.expects(connack(0, sessionPresent));
  }

  /** SUBSCRIBE for one filter, which is granted as asked for. */
  async subscribes(filter: string, qos = 0): Promise<void> {
    const id = this.newId();
    this.send(subscribe(id, [filter, qos]));
    await this.answered(suback(id, qos));
  }

  async unsubscribes(filter: string): Promise<void> {
    const id = this.newId();
    this.send(unsubscribe(id, filter));
    await this.answered(ack(UNSUBACK, id));
  }

  /** Publishes a message, to the end of its handshake; at QoS 0 only until it is sent. */
  async publishes(topic: string, payload: string, flags: Publish = {}): Promise<void> {
    const { qos = 0 } = flags;
    const id = this.newId();
    this.send(publish(topic, payload, { ...flags, id }));
    if (qos === 1) await this.answered(ack(PUBACK, id));
    if (qos === 2) {
      await this.answered(ack(PUBREC, id));
      this.send(ack(PUBREL, id));
      await this.answered(ack(PUBCOMP, id));
    }
  }

  /** The next packet is this message. @returns its packet id, 0 at QoS 0; it is not acknowledged */
  async receives(...[topic, payload, flags = {}]: Message): Promise<number> {
    const found = await this.next();
    const id = (flags.qos ?? 0) > 0 ? messageId(found) : 0;
    const expected = publish(topic, payload, { ...flags, id: flags.id ?? id });
    if (!found || !found.equals(expected))
      throw new Unexpected(`expected ${hex(expected)}, got ${described(found)}`);
    if ((flags.qos ?? 0) > 0 && id === 0) throw new Unexpected("a message has the packet id 0");
    return id;
  }

  /** The next packet is this message, which is acknowledged. */
  async hears(...message: Message): Promise<void> {
    const id = await this.receives(...message);
    const qos = message[2]?.qos ?? 0;
    if (qos === 1) this.send(ack(PUBACK, id));
    if (qos === 2) await this.finishes(id);
  }

  /** From PUBREC to PUBCOMP. */
  async finishes(id: number): Promise<void> {
    this.send(ack(PUBREC, id));
    await this.answered(ack(PUBREL, id));
    this.send(ack(PUBCOMP, id));
  }

  /** These messages come next, at QoS 0, in any order. */
  async hearsAll(...messages: Message[]): Promise<void> {
    const expected = messages.map((message) => hex(publish(...message))).sort();
    const found: string[] = [];
    while (found.length < messages.length) found.push(described(await this.next()));
    if (found.sort().join() !== expected.join())
      throw new Unexpected(`expected ${expected.join(" and ")}, got ${found.join(" and ")}`);
  }

  /** PINGREQ and its answer: everything that was said before has been taken in. */
  async pings(): Promise<void> {
    this.send(PINGREQ);
    await this.expects(PINGRESP);
  }

  /** The broker closes the connection, where one that does not mind would answer a PINGREQ. */
  async isCutOff(): Promise<void> {
    this.send(PINGREQ);
    await this.ends();
  }

  /** The connection is closed, and nothing comes before. */
  async ends(): Promise<void> {
    const found = await this.next();
    if (found) throw new Unexpected(`expected the end of the connection, got ${described(found)}`);
  }

  /** CONNECT is refused: by an end, or by a return code and then the end. */
  async isRefused(): Promise<void> {
    const found = await this.next();
    if (!found) return;
    if (found[0] !== 0x20 || found.length !== 4 || found[3] === 0)
      throw new Unexpected(`expected a refusal, got ${described(found)}`);
    await this.ends();
  }

  /** DISCONNECT, and the broker has taken it in. */
  async leaves(): Promise<void> {
    this.send(DISCONNECT);
    this.stream.end();
    await this.ends();
  }

  newId(): number {
    return ++this.lastId;
  }

  /** This packet comes, maybe behind messages, which stay to be looked at. */
  async answered(expected: Buffer): Promise<void> {
    const earlier: Buffer[] = [];
    let found = await this.next();
    for (; found && (found[0] ?? 0) >> 4 === 3; found = await this.next()) earlier.push(found);
    this.packets.unshift(...earlier);
    if (!found || !found.equals(expected))
      throw new Unexpected(`expected ${hex(expected)}, got ${described(found)}`);
  }
}

/** Of a PUBLISH at QoS 1 or 2; 0 of anything else. */
export function messageId(found: Buffer | undefined): number {
  if (!found || found[0] === undefined || found[0] >> 4 !== 3) return 0;
  let at = 1;
  while ((found[at++] ?? 0) > 0x7f);
  at += 2 + found.readUInt16BE(at);
  return at + 2 <= found.length ? found.readUInt16BE(at) : 0;
}
