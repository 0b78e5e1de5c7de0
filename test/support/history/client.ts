import type { Packet } from "mqtt-packet";
import { until } from "../until";
import type { Answer, Message, Subscription } from "./events";
import { Link } from "./link";
import type { Recorder } from "./recorder";

export type Request =
  | { type: "publish"; message: Message }
  | { type: "subscribe"; subscriptions: Subscription[] }
  | { type: "unsubscribe"; filters: string[] }
  | { type: "ping" };

/** A published message whose handshake is not complete. */
interface Outgoing {
  messageId: number;
  message: Message;
  /** Position of the first send in the history. */
  of: number;
  /** Position in the history of the last send of the message or its PUBREL. */
  at: number;
  released: boolean;
}

/**
 * A client that records everything it does, and keeps its half of the session as the standard
 * requires.
 */
export class HistoryClient {
  /** Whether the session ends when the connection ends. */
  clean = true;
  /** If true, acknowledgements wait for the next `flush`. */
  holding = false;
  private link: Link | undefined;
  private outgoing: Outgoing[] = [];
  private readonly waiting = new Map<number, number>();
  private pings: number[] = [];
  private held: Packet[] = [];
  private accepted = false;
  private lastId = 0;

  constructor(
    readonly id: string,
    private readonly port: number,
    private readonly recorder: Recorder,
  ) {}

  get isConnected(): boolean {
    return this.link !== undefined;
  }

  get unacknowledged(): number {
    return this.outgoing.length;
  }

  /** Whether all requests of this connection have been answered. */
  get isAnswered(): boolean {
    return this.outgoing.length + this.waiting.size + this.pings.length === 0;
  }

  /**
   * Connects. If the client is already connected, the broker has to end the old connection.
   * @param will called for each attempt to create a will. A broker that is killed may already have
   * accepted the previous will
   */
  async connect(clean: boolean, will?: () => Message): Promise<void> {
    await until(`${this.id} is connected`, () => this.tryToConnect(clean, will?.()));
  }

  /** Sends all requests in one segment. */
  send(requests: Request[]): void {
    if (!this.link) return;
    const packets = requests.map((request) => this.record(request));
    this.link.send(packets);
  }

  flush(): void {
    const packets = this.held;
    this.held = [];
    if (!this.link) return;
    for (const packet of packets) this.noteConfirmation(packet, this.link);
    this.link.send(packets);
  }

  /**
   * Breaks the connection.
   * @param how `half`: in the middle of a packet
   */
  cut(how: "reset" | "end" | "half"): void {
    const link = this.forget();
    if (!link) return;
    this.recorder.add({ type: "cut", connection: link.connection });
    if (how === "half") link.sendHalf(HALF);
    if (how === "reset") link.reset();
    else link.end();
  }

  /** Sends DISCONNECT. Resolves when the broker has closed the connection, too. */
  async disconnect(): Promise<void> {
    const link = this.forget();
    if (!link) return;
    this.recorder.add({ type: "disconnect", connection: link.connection });
    link.send([{ cmd: "disconnect" }]);
    link.end();
    await until(`${this.id} is disconnected`, () => link.closed);
  }

  /** Resets the connection without recording the reset, because the history is already complete. */
  stop(): void {
    this.link?.reset();
  }

  private async tryToConnect(clean: boolean, will?: Message): Promise<boolean> {
    const link = await Link.open(this.port, {
      packet: (packet, from) => this.receive(packet, from),
      malformed: (error, { connection }) =>
        this.recorder.add({ type: "stray", connection, packet: error.message }),
      closed: (from) => {
        if (from.connection > 0) this.recorder.add({ type: "closed", connection: from.connection });
        if (this.link === from) this.forget();
      },
    });
    if (!link) return false;
    this.forget()?.ignore();
    link.connection = this.recorder.connect(this.id, clean, will);
    this.link = link;
    this.accepted = false;
    if (clean || this.clean) this.outgoing = [];
    this.clean = clean;
    link.send([
      {
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId: this.id,
        clean,
        keepalive: 0,
        ...(will && { will: { ...will, payload: Buffer.from(will.payload) } }),
      },
    ]);
    await until(`CONNACK for ${this.id}`, () => this.accepted || link.closed);
    return !link.closed;
  }

  /**
   * Removes the link from this client.
   * @returns the removed link
   */
  private forget(): Link | undefined {
    const link = this.link;
    this.link = undefined;
    this.waiting.clear();
    this.pings = [];
    this.held = [];
    return link;
  }

  private record(request: Request): Packet {
    const connection = this.link?.connection ?? 0;
    switch (request.type) {
      case "publish":
        return this.recordPublish(connection, request.message);
      case "subscribe": {
        const { subscriptions } = request;
        const messageId = this.nextId();
        this.waiting.set(messageId, this.recorder.subscribe(connection, ...subscriptions));
        const filters = subscriptions.map(({ filter, qos }) => ({ topic: filter, qos }));
        return { cmd: "subscribe", messageId, subscriptions: filters };
      }
      case "unsubscribe": {
        const { filters } = request;
        const messageId = this.nextId();
        const at = this.recorder.add({ type: "unsubscribe", connection, filters });
        this.waiting.set(messageId, at);
        return { cmd: "unsubscribe", messageId, unsubscriptions: filters };
      }
      case "ping":
        this.pings.push(this.recorder.add({ type: "ping", connection }));
        return { cmd: "pingreq" };
    }
  }

  private recordPublish(connection: number, message: Message): Packet {
    const at = this.recorder.publish(connection, message);
    if (message.qos === 0) return { cmd: "publish", dup: false, ...message };
    const messageId = this.nextId();
    this.outgoing.push({ messageId, message, of: at, at, released: false });
    return { cmd: "publish", dup: false, messageId, ...message };
  }

  /** Sends the unfinished packets of the last connection again, in order [MQTT-4.4.0-1]. */
  private sendAgain(link: Link): void {
    const { connection } = link;
    const packets = this.outgoing.map((one): Packet => {
      const { messageId, message, of, released } = one;
      if (released) {
        one.at = this.recorder.add({ type: "release", connection, of });
        return { cmd: "pubrel", messageId };
      }
      one.at = this.recorder.publish(connection, message, of);
      return { cmd: "publish", dup: true, messageId, ...message };
    });
    link.send(packets);
  }

  private receive(packet: Packet, link: Link): void {
    const { connection } = link;
    switch (packet.cmd) {
      case "connack":
        if (packet.returnCode !== 0) this.stray(packet, connection);
        this.recorder.add({
          type: "connack",
          connection,
          sessionPresent: packet.sessionPresent,
        });
        this.accepted = true;
        this.sendAgain(link);
        break;
      case "publish": {
        const { topic, payload, qos, retain, dup, messageId: packetId } = packet;
        const message = { topic, payload: payload.toString(), qos, retain };
        this.recorder.add({ type: "received", connection, message, dup, packetId });
        if (qos > 0)
          this.acknowledge({ cmd: qos === 1 ? "puback" : "pubrec", messageId: packetId });
        break;
      }
      case "pubrel":
        this.recorder.add({ type: "released", connection, packetId: packet.messageId ?? 0 });
        this.acknowledge({ cmd: "pubcomp", messageId: packet.messageId });
        break;
      case "puback":
      case "pubrec":
      case "pubcomp":
        this.receiveAcknowledgement(packet, link);
        break;
      case "suback":
      case "unsuback": {
        const at = this.waiting.get(packet.messageId ?? 0);
        this.waiting.delete(packet.messageId ?? 0);
        const granted = packet.cmd === "suback" ? (packet.granted as number[]) : undefined;
        if (at === undefined) this.stray(packet, connection);
        else this.recorder.answer(connection, packet.cmd, at, granted);
        break;
      }
      case "pingresp": {
        const at = this.pings.shift();
        if (at === undefined) this.stray(packet, connection);
        else this.recorder.answer(connection, "pingresp", at);
        break;
      }
      case "connect":
      case "subscribe":
      case "unsubscribe":
      case "pingreq":
      case "disconnect":
      case "auth":
        this.stray(packet, connection);
    }
  }

  private receiveAcknowledgement(packet: Packet & { cmd: Answer }, link: Link): void {
    const { cmd, messageId } = packet;
    const place = this.outgoing.findIndex((one) => one.messageId === messageId);
    const found = this.outgoing[place];
    const expected = !found
      ? undefined
      : found.released
        ? "pubcomp"
        : found.message.qos === 1
          ? "puback"
          : "pubrec";
    if (!found || cmd !== expected) {
      this.stray(packet, link.connection);
      return;
    }
    this.recorder.answer(link.connection, cmd, found.at);
    if (cmd !== "pubrec") {
      this.outgoing.splice(place, 1);
      return;
    }
    found.released = true;
    found.at = this.recorder.add({
      type: "release",
      connection: link.connection,
      of: found.of,
    });
    link.send([{ cmd: "pubrel", messageId }]);
  }

  private acknowledge(packet: Packet): void {
    this.held.push(packet);
    if (!this.holding) this.flush();
  }

  private noteConfirmation({ cmd, messageId: packetId = 0 }: Packet, { connection }: Link): void {
    if (cmd === "puback" || cmd === "pubrec")
      this.recorder.add({ type: "confirm", connection, packetId });
  }

  private stray(packet: Packet, connection: number): void {
    const text = `${packet.cmd} ${packet.messageId ?? ""}`;
    this.recorder.add({ type: "stray", connection, packet: text });
  }

  private nextId(): number {
    do this.lastId = (this.lastId % 65535) + 1;
    while (
      this.waiting.has(this.lastId) ||
      this.outgoing.some((one) => one.messageId === this.lastId)
    );
    return this.lastId;
  }
}

/**
 * A message that must never arrive, because the client ends the connection in the middle of its
 * packet.
 */
const HALF: Packet = {
  cmd: "publish",
  topic: "a/0",
  payload: "the second half of this message is never sent",
  qos: 0,
  dup: false,
  retain: false,
};
