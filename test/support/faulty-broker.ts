import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { until } from "./until";

/**
 * A broker that misbehaves as a test requires. By default it accepts every client, grants every
 * subscription and acknowledges every message. It routes no messages.
 */
export class FaultyBroker {
  readonly connections: FaultyConnection[] = [];
  /** All packets received, on all connections. */
  readonly received: Packet[] = [];
  /** Called first for each packet. Returns true if it has answered the packet itself. */
  behaviour: (packet: Packet, connection: FaultyConnection) => boolean = () => false;
  /** The session-present flag of CONNACK. */
  sessionPresent = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on("connection", (socket) => {
      this.connections.push(new FaultyConnection(this, socket));
    });
  }

  static async start(): Promise<FaultyBroker> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultyBroker(server, (server.address() as AddressInfo).port);
  }

  /** Waits for an open connection whose client has been accepted. */
  async untilConnected(): Promise<FaultyConnection> {
    const find = () => this.connections.find((connection) => connection.accepted);
    await until("a client connects", () => find() !== undefined);
    return find() as FaultyConnection;
  }

  /** Returns the received packets of one type. */
  of<C extends Packet["cmd"]>(cmd: C): Extract<Packet, { cmd: C }>[] {
    return this.received.filter((packet) => packet.cmd === cmd) as Extract<Packet, { cmd: C }>[];
  }

  async untilReceived(cmd: Packet["cmd"], times = 1): Promise<void> {
    await until(`the broker receives ${times} ${cmd}`, () => this.of(cmd).length >= times);
  }

  /**
   * Stops listening and resets all connections. The operating system refuses connections
   * afterwards.
   */
  async stopListening(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const connection of this.connections) connection.reset();
    await closed;
  }

  async listenAgain(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.stopListening();
  }
}

export class FaultyConnection {
  accepted = false;
  closed = false;
  /** Makes the connection half-open: it ignores all received packets and sends none. */
  frozen = false;
  /** If set, each packet is sent in segments of this size. */
  segmentBytes: number | undefined;

  constructor(
    private readonly broker: FaultyBroker,
    private readonly socket: Socket,
  ) {
    const incoming = parser({ protocolVersion: 4 });
    incoming.on("packet", (packet) => {
      if (this.frozen) return;
      broker.received.push(packet);
      if (!broker.behaviour(packet, this)) this.answer(packet);
    });
    socket.on("data", (chunk) => incoming.parse(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.accepted = false;
      this.closed = true;
    });
  }

  answer(packet: Packet): void {
    const { cmd } = packet;
    const messageId = packet.messageId as number;
    if (cmd === "connect") this.accept();
    else if (cmd === "publish") {
      if (packet.qos > 0) this.send({ cmd: packet.qos === 1 ? "puback" : "pubrec", messageId });
    } else if (cmd === "pubrec") this.send({ cmd: "pubrel", messageId });
    else if (cmd === "pubrel") this.send({ cmd: "pubcomp", messageId });
    else if (cmd === "subscribe") {
      const granted = packet.subscriptions.map(({ qos }) => qos);
      this.send({ cmd: "suback", messageId, granted });
    } else if (cmd === "unsubscribe") this.send({ cmd: "unsuback", messageId, granted: [] });
    else if (cmd === "pingreq") this.send({ cmd: "pingresp" });
    else if (cmd === "disconnect") this.end();
  }

  accept(): void {
    this.send({ cmd: "connack", returnCode: 0, sessionPresent: this.broker.sessionPresent });
    this.accepted = true;
  }

  send(packet: Packet): void {
    this.raw(generate(packet));
  }

  publish(topic: string, payload: string, more: Partial<IPublishPacket> = {}): void {
    this.send(publishPacket(topic, payload, more));
  }

  raw(bytes: Buffer): void {
    if (this.frozen) return;
    const step = this.segmentBytes ?? bytes.length;
    // Nagle's algorithm is off, so each write is sent as its own segment.
    for (let at = 0; at < bytes.length; at += step)
      this.socket.write(bytes.subarray(at, at + step));
  }

  /** Resets the connection, as a killed broker does, or a router that has lost its state. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  end(): void {
    this.socket.end();
  }
}

export function publishPacket(
  topic: string,
  payload: string,
  more: Partial<IPublishPacket> = {},
): IPublishPacket {
  return { cmd: "publish", topic, payload, qos: 0, dup: false, retain: false, ...more };
}
