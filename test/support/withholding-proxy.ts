import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { until } from "./until";
import { packetEnd } from "./wire";

/** MQTT's packet types [MQTT 3.1.1, 2.2.1]. */
export const PUBLISH = 3;
export const PUBACK = 4;

/** A proxy between a client and a broker that withholds packets of some types. */
export class WithholdingProxy {
  /**
   * Types of packets that are withheld from the broker (`fromClient`) and from the client
   * (`fromBroker`).
   */
  readonly fromClient = new Set<number>();
  readonly fromBroker = new Set<number>();
  /** Topics on which the client's messages are withheld from the broker. */
  readonly topics = new Set<string>();
  /** Number of withheld packets. */
  withheld = 0;
  private pair: [Socket, Socket] | undefined;

  private constructor(private readonly server: Server) {}

  static async start(brokerPort: number): Promise<WithholdingProxy> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new WithholdingProxy(server);
    server.on("connection", (client) =>
      proxy.join(client, connect({ port: brokerPort, host: "127.0.0.1", noDelay: true })),
    );
    return proxy;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks the connection. On the next connection, nothing is withheld. */
  async cut(): Promise<void> {
    const { pair } = this;
    for (const socket of pair ?? []) socket.destroy();
    await until("the connection is gone", () => this.pair !== pair || pair === undefined);
    this.fromClient.clear();
    this.fromBroker.clear();
    this.topics.clear();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    await this.cut();
    await closed;
  }

  private join(client: Socket, broker: Socket): void {
    const pair: [Socket, Socket] = [client, broker];
    this.pair = pair;
    this.pass(client, broker, (packet) => {
      const type = typeOf(packet);
      if (this.fromClient.has(type)) return true;
      return type === PUBLISH && this.topics.has(topicOf(packet));
    });
    this.pass(broker, client, (packet) => this.fromBroker.has(typeOf(packet)));
    for (const socket of pair)
      socket
        .on("error", () => undefined)
        .on("close", () => {
          for (const other of pair) other.destroy();
          if (this.pair === pair) this.pair = undefined;
        });
  }

  private pass(from: Socket, to: Socket, isWithheld: (packet: Buffer) => boolean): void {
    let rest: Buffer = Buffer.alloc(0);
    from.on("data", (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = packetEnd(rest); end <= rest.length; end = packetEnd(rest)) {
        const packet = rest.subarray(0, end);
        rest = rest.subarray(end);
        if (isWithheld(packet)) this.withheld++;
        else to.write(packet);
      }
    });
  }
}

function typeOf(packet: Buffer): number {
  return (packet[0] ?? 0) >> 4;
}

/** Returns the topic of a PUBLISH [MQTT 3.1.1, 3.3.2.1]. */
function topicOf(packet: Buffer): string {
  // The fixed header ends with the first length byte whose continuation bit is not set.
  const start = packet.findIndex((byte, at) => at > 0 && byte < 0x80) + 1;
  return packet.subarray(start + 2, start + 2 + packet.readUInt16BE(start)).toString();
}
