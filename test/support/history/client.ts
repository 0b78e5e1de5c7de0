import type { Packet } from "mqtt-packet";
import { until } from "../until";
import type { Message, Subscription } from "./events";
import { Handshakes } from "./handshakes";
import { Link } from "./link";
import type { Recorder } from "./recorder";

export type Request =
  | { type: "publish"; message: Message }
  | { type: "subscribe"; subscriptions: Subscription[] }
  | { type: "unsubscribe"; filters: string[] }
  | { type: "ping" };

/**
 * A client that records everything it does, and acknowledges and repeats messages as the standard
 * requires.
 */
export class HistoryClient {
  /** Whether the session ends when the connection ends. */
  clean = true;
  /** If true, acknowledgements wait for the next `flush`. */
  holding = false;
  private link: Link | undefined;
  private readonly handshakes: Handshakes;
  private readonly waiting = new Map<number, number>();
  private pings: number[] = [];
  private held: Packet[] = [];
  private accepted = false;
  private lastId = 0;

  constructor(
    readonly id: string,
    private readonly port: number,
    private readonly recorder: Recorder,
  ) {
    this.handshakes = new Handshakes(recorder);
  }

  get isConnected(): boolean {
    return this.link !== undefined;
  }

  get unacknowledged(): number {
    return this.handshakes.size;
  }

  /** Whether all requests of this connection have been answered. */
  get isAnswered(): boolean {
    return this.handshakes.size + this.waiting.size + this.pings.length === 0;
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
    if (how === "half") link.sendHalf();
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
    if (clean || this.clean) this.handshakes.clear();
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
    if (message.qos > 0) return this.handshakes.begin(connection, message, this.nextId());
    this.recorder.publish(connection, message);
    return { cmd: "publish", dup: false, ...message };
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
        link.send(this.handshakes.resume(connection));
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
      case "pubcomp": {
        const next = this.handshakes.acknowledged(connection, packet.cmd, packet.messageId);
        if (next) link.send(next);
        else this.stray(packet, connection);
        break;
      }
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
    while (this.waiting.has(this.lastId) || this.handshakes.has(this.lastId));
    return this.lastId;
  }
}
