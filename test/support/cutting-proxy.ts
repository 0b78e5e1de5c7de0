import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { until } from "./until";

/** Receives a copy of the bytes of one connection, for each direction. */
export interface Tap {
  fromClient: (chunk: Buffer) => void;
  fromBroker: (chunk: Buffer) => void;
}

/** A TCP proxy between clients and a broker that breaks their connections on request. */
export class CuttingProxy {
  connections = 0;
  /** Total bytes received in both directions. */
  bytes = 0;
  /**
   * True while the proxy discards all bytes, as if the broker's host were down. Call `cut` before
   * setting it back to false.
   */
  isSilent = false;
  private readonly pairs = new Set<[Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly tap: (() => Tap) | undefined,
  ) {}

  /** @param tap called for each connection; the returned tap receives the bytes */
  static async start(brokerPort: number, tap?: () => Tap): Promise<CuttingProxy> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new CuttingProxy(server, (server.address() as AddressInfo).port, tap);
    server.on("connection", (client) => {
      proxy.join(client, connect({ port: brokerPort, host: "127.0.0.1", noDelay: true }));
    });
    return proxy;
  }

  /** Resets all open connections, on both sides. */
  async cut(): Promise<void> {
    const pairs = [...this.pairs];
    for (const [client, broker] of pairs) {
      client.resetAndDestroy();
      broker.destroy();
    }
    await until("the connections are gone", () => !pairs.some((pair) => this.pairs.has(pair)));
  }

  /** Refuses new connections and resets the open ones. */
  async shut(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((resolve) => this.server.close(resolve));
    await this.cut();
    await closed;
  }

  /** Accepts connections again, on the same port. */
  async open(): Promise<void> {
    if (this.server.listening) return;
    await once(this.server.listen(this.port, "127.0.0.1"), "listening");
  }

  async stop(): Promise<void> {
    await this.shut();
  }

  private join(client: Socket, broker: Socket): void {
    this.connections++;
    const pair: [Socket, Socket] = [client, broker];
    this.pairs.add(pair);
    const tap = this.tap?.();
    for (const [from, to, see] of [
      [client, broker, tap?.fromClient],
      [broker, client, tap?.fromBroker],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        this.bytes += chunk.length;
        if (this.isSilent) return;
        see?.(chunk);
        to.write(chunk);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        to.destroy();
        this.pairs.delete(pair);
      });
    }
  }
}
