import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import { Connections } from "./connections";
import { inMemory, onDisk } from "./database";
import { Gate } from "./gate";
import { DEFAULT_LIMITS, type Limits } from "../setup/broker-limits";
import { createListener } from "./listener";
import { Logins } from "./logins";
import { Store } from "./store";
import { listen } from "../base/listen";
import type { Rejections } from "../base/rejections";
import { messageOf } from "../base/user-error";
import type { Listener } from "../setup/security-options";
import type { Users } from "../setup/users";

export interface BrokerOptions {
  listeners: Listener[];
  rejections: Rejections;
  limits?: Limits;
  /** Who may log in, beside the accounts of this process. */
  users?: Users;
  /** False lets anonymous clients in: for loopback only. */
  loginRequired?: boolean;
  /** Folder for what has to survive this process; without it, nothing does. */
  dataDir?: string;
  /** What a person should look at: the disk is full, the users file is broken. */
  onTrouble?: (message: string) => void;
}

/** A client that has not sent its CONNECT by then is cut off, ms. */
const CONNECT_TIMEOUT_MS = 10_000;
const USERS_CHECK_MS = 1_000;
/** The wills of clients that a killed broker left behind are published after four of these, ms. */
const HEARTBEAT_MS = 10_000;

/** The embedded broker: aedes, MQTT 3.1.1 over TCP and TLS, and over whatever stream it is handed. */
export class Broker {
  /** Of the listeners, in their order. */
  readonly ports: number[] = [];
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly aedes: Aedes,
    private readonly gate: Gate,
    private readonly store: Store,
    private readonly logins: Logins,
    private readonly connections: Connections,
    private readonly options: BrokerOptions,
  ) {
    this.timer = setInterval(() => this.checkUsers(), USERS_CHECK_MS);
  }

  /** @throws UserError where a port is taken, or the data folder can't be used */
  static async start(options: BrokerOptions): Promise<Broker> {
    const { rejections, limits = DEFAULT_LIMITS, onTrouble = () => undefined } = options;
    const logins = new Logins(options.users, options.loginRequired ?? false, limits);
    const gate = new Gate(logins, limits, rejections, onTrouble);
    const database = options.dataDir === undefined ? inMemory() : await onDisk(options.dataDir);
    const store = new Store(database, {
      limits,
      rejections,
      maySubscribe: (client, filter) => gate.maySubscribe(client, filter),
      mayRetainFreely: (client, topic) => gate.mayRetainFreely(client, topic),
    });
    const aedes = await Aedes.createBroker({
      id: store.brokerId,
      persistence: store.persistence,
      connectTimeout: CONNECT_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxTopicLevels: limits["topic-levels"],
    });
    gate.attach(aedes, store);
    const connections = new Connections(limits, rejections);
    const broker = new Broker(aedes, gate, store, logins, connections, options);
    try {
      for (const listener of options.listeners) await broker.listen(listener);
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /** Clients that are connected at present. */
  get clientCount(): number {
    return this.aedes.connectedClients;
  }

  /** An account for a part of this process, with a secret that ends with it. */
  account(name: string, role: "server" | "device"): { username: string; password: string } {
    return this.logins.addAccount(name, role);
  }

  /**
   * Serves a client that came some other way than through a listener.
   * @returns false where there are too many connections
   */
  handle(stream: Duplex, address: string): boolean {
    if (!this.connections.take(address)) return false;
    stream.on("close", () => this.connections.giveBack(address));
    this.serve(stream, address);
    return true;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    const closed = this.servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    await new Promise<void>((resolve) => this.aedes.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(closed);
    await this.store.close();
  }

  private async listen(listener: Listener): Promise<void> {
    const server = createListener(
      listener,
      this.connections,
      this.options.rejections,
      (socket, address, certificate) => this.serve(socket, address, certificate),
    );
    server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
    });
    this.ports.push(await listen(server, listener.host, listener.port, listener.option));
    this.servers.push(server);
  }

  private serve(stream: Duplex, address: string, certificate?: string): void {
    this.gate.meet(stream, address, certificate);
    this.aedes.handle(stream);
  }

  /** The users may change while the broker runs. */
  private checkUsers(): void {
    try {
      if (this.options.users?.refresh()) this.gate.usersChanged();
    } catch (error) {
      this.options.onTrouble?.(messageOf(error));
    }
  }
}
