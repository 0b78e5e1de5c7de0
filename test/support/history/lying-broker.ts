import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { Random } from "../random";

/** A kind of fault, which occurs at random. */
export type Lie =
  /** A message to a client is dropped, but the broker receives an acknowledgement. */
  | "drops"
  /** A message to a client is delayed until the next message has overtaken it. */
  | "swaps"
  | "doubles"
  | "hides DUP"
  /** A client that subscribes receives an older retained message. */
  | "answers with old"
  /** A client receives a message with the topic of another message. */
  | "mixes topics"
  | "lowers QoS"
  /** The broker never receives DISCONNECT. */
  | "ignores DISCONNECT"
  /** The client gets SUBACK, but is not subscribed. */
  | "forgets subscriptions"
  /** The client gets PUBACK, but its message is dropped. */
  | "forgets messages";

/** A proxy that adds one kind of fault to a correct broker. The checker has to find the fault. */
export class LyingBroker {
  private readonly sockets = new Set<Socket>();
  private readonly oldest = new Map<string, Buffer>();
  private readonly random: Random;

  private constructor(
    private readonly server: Server,
    private readonly lie: Lie,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  static async start(brokerPort: number, lie: Lie, seed: number): Promise<LyingBroker> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const broker = new LyingBroker(server, lie, seed);
    server.on("connection", (client) => {
      broker.join(client, connect({ port: brokerPort, host: "127.0.0.1", noDelay: true }));
    });
    return broker;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private join(client: Socket, broker: Socket): void {
    const toClient = (packet: Packet) => client.write(generate(packet));
    const toBroker = (packet: Packet) => broker.write(generate(packet));
    let waiting: IPublishPacket | undefined;
    this.pass(client, broker, (packet) => {
      if (packet.cmd === "disconnect" && this.lie === "ignores DISCONNECT") return;
      if (packet.cmd === "subscribe" && this.lies("forgets subscriptions")) {
        const granted = packet.subscriptions.map(({ qos }) => qos);
        toClient({ cmd: "suback", messageId: packet.messageId, granted });
      } else if (packet.cmd === "publish" && packet.qos === 1 && this.lies("forgets messages"))
        toClient({ cmd: "puback", messageId: packet.messageId });
      else toBroker(packet);
    });
    this.pass(broker, client, (packet) => {
      if (packet.cmd !== "publish") {
        toClient(packet);
        return;
      }
      if (packet.qos === 1 && this.lies("drops")) {
        toBroker({ cmd: "puback", messageId: packet.messageId });
        return;
      }
      if (!waiting && this.lies("swaps")) {
        waiting = packet;
        return;
      }
      toClient(this.twisted(packet));
      if (packet.qos > 0 && this.lies("doubles")) toClient(packet);
      if (waiting) toClient(waiting);
      waiting = undefined;
    });
  }

  private twisted(packet: IPublishPacket): IPublishPacket {
    const { topic, retain, qos } = packet;
    const payload = Buffer.from(packet.payload);
    if (retain && !this.oldest.has(topic)) this.oldest.set(topic, payload);
    if (retain && this.lies("answers with old"))
      return { ...packet, payload: this.oldest.get(topic) ?? payload };
    if (this.lies("mixes topics")) return { ...packet, topic: `${topic}x` };
    if (qos === 1 && this.lies("lowers QoS")) return { ...packet, qos: 0 };
    return this.lie === "hides DUP" ? { ...packet, dup: false } : packet;
  }

  private lies(lie: Lie): boolean {
    return this.lie === lie && this.random.below(20) === 0;
  }

  private pass(from: Socket, to: Socket, handle: (packet: Packet) => void): void {
    this.sockets.add(from);
    const packets = parser({ protocolVersion: 4 });
    packets.on("packet", handle);
    from.on("data", (chunk) => packets.parse(chunk));
    from.on("error", () => undefined);
    from.on("end", () => to.end());
    from.on("close", () => {
      to.destroy();
      this.sockets.delete(from);
    });
  }
}
