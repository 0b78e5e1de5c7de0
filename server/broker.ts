import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import type { Duplex } from "node:stream";
import { parseJsonObject } from "../src/wire";
import { listen } from "./listen";

const EXPIRY = "expires_at";

/** The embedded broker: aedes, MQTT 3.1.1 over TCP, and over whatever stream it is handed. */
export class Broker {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly aedes: Aedes,
    private readonly tcp: Server,
    readonly port: number,
  ) {
    tcp.on("connection", (socket) => {
      // Commands are small and wanted at once: no waiting for more to send.
      socket.setNoDelay(true);
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      this.handle(socket);
    });
  }

  /** @throws UserError where the port is taken */
  static async start(host: string, port: number): Promise<Broker> {
    const tcp = createServer();
    const taken = await listen(tcp, host, port, "--mqtt-port");
    const aedes = await Aedes.createBroker({
      authorizeForward: (_client, packet) => (isExpired(packet.payload) ? null : packet),
    });
    return new Broker(aedes, tcp, taken);
  }

  /** Serves a client that came some other way than by TCP. */
  handle(stream: Duplex): void {
    this.aedes.handle(stream);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.tcp.close(() => resolve()));
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

/** MQTT 3.1.1 has no message expiry, so ours goes by what an ordered command says of itself. */
function isExpired(payload: Buffer | string): boolean {
  if (!payload.includes(EXPIRY)) return false;
  const { value } = parseJsonObject(payload.toString());
  const expiresAt = value?.[EXPIRY];
  return typeof expiresAt === "number" && expiresAt <= Date.now();
}
