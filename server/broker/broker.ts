import { randomBytes } from "node:crypto";
import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TopicNames } from "../../src/common/wire";
import { listen } from "../base/listen";
import { messageOf } from "../base/user-error";
import { type BrokerLimits, DEFAULT_LIMITS } from "../setup/broker-limits";
import type { Listener } from "../setup/security-options";
import type { Users } from "../setup/users";
import { USUAL_TOPICS } from "./access";
import type { BrokerContext } from "./broker-context";
import { Connection } from "./connection";
import { Connections } from "./connections";
import { BrokerCore } from "./core";
import { IdConflicts } from "./id-conflicts";
import type { Journal } from "./journal";
import { createListener } from "./listener";
import { LocalClient, type LocalOptions } from "./local-client";
import { Logins } from "./logins";
import { openJournal, type OpenJournalOptions } from "./open-journal";
import type { TabLogins } from "./tab-logins";

export interface BrokerOptions extends OpenJournalOptions {
  listeners: Listener[];
  limits?: BrokerLimits;
  /** Prefix of our topics, and prefix of the topics of Home Assistant's discovery. */
  topics?: TopicNames;
  /** The users that may log in, in addition to the accounts of this process. */
  users?: Users;
  /** Whether clients must log in. False accepts anonymous clients, for loopback only. */
  loginRequired?: boolean;
  /**
   * Folder for the state that must outlive this process. Without a folder, no state outlives it.
   */
  dataDir?: string;
}

const TICK_MS = 1_000;

/** The embedded broker: MQTT 3.1.1 over TCP and TLS, and over any stream passed to `handle`. */
export class Broker {
  /** Ports of the listeners, in the order of the options. */
  readonly ports: number[] = [];
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Set<Connection>();
  private readonly context: BrokerContext;
  private readonly idConflicts = new IdConflicts();
  private readonly timer: NodeJS.Timeout;
  private tickedMs = performance.now();

  private constructor(
    core: BrokerCore,
    private readonly journal: Journal | undefined,
    private readonly unlock: () => Promise<void>,
    private readonly logins: Logins,
    private readonly connections: Connections,
    private readonly options: BrokerOptions,
  ) {
    const { limits = DEFAULT_LIMITS, topics = USUAL_TOPICS, rejections } = options;
    const run = randomBytes(4).toString("hex");
    let count = 0;
    this.context = {
      core,
      journal,
      logins,
      limits,
      topics,
      rejections,
      locals: new Set(),
      newClientId: () => `nightlight-${run}-${++count}`,
      onReplaced: (clientId, from, by) => this.replaced(clientId, from, by),
      onTrouble: (message) => this.options.onTrouble?.(message),
    };
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** @throws UserError if a port is taken, or the data folder can't be used */
  static async start(options: BrokerOptions): Promise<Broker> {
    const { rejections, limits = DEFAULT_LIMITS, dataDir } = options;
    const logins = new Logins(options.users, options.loginRequired ?? false, limits);
    const connections = new Connections(limits, rejections);
    const open = (journal?: Journal) =>
      new BrokerCore({
        limits,
        ...(journal && { sink: journal }),
        nowMs: () => Date.now(),
        onDropped: (reason, what) => rejections.refuse("broker", reason, what),
      });
    let broker: Broker;
    if (dataDir === undefined)
      broker = new Broker(open(), undefined, () => Promise.resolve(), logins, connections, options);
    else {
      const kept = await openJournal(dataDir, options, open);
      broker = new Broker(kept.core, kept.journal, kept.unlock, logins, connections, options);
    }
    try {
      for (const listener of options.listeners) await broker.listen(listener);
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  /** Number of connected clients. */
  get clientCount(): number {
    let count = this.context.locals.size;
    for (const client of this.clients) if (client.isLoggedIn) count++;
    return count;
  }

  /** Adds an account for a device within this process. Its secret lasts as long as the process. */
  account(id: string): { username: string; password: string } {
    return this.logins.addAccount(id);
  }

  /** Lets devices in browser tabs log in, each with its own id. */
  admitTabs(tabs: TabLogins): void {
    this.logins.tabs = tabs;
  }

  /** Attaches a client within this process. */
  attach(options: LocalOptions): LocalClient {
    return new LocalClient(this.context, options);
  }

  /**
   * Serves a client whose stream does not come from a listener.
   * @returns false if there are too many connections
   */
  handle(stream: Duplex, address: string): boolean {
    if (!this.connections.acquire(address)) return false;
    stream.on("close", () => this.connections.release(address));
    this.serve(stream, address);
    return true;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    const closed = this.servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    // The clients' wills stay in the store, and are published at the next start.
    for (const client of this.clients) client.drop();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(closed);
    await this.journal?.close();
    await this.unlock();
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
    const client = new Connection(this.context, stream, address, certificate, performance.now());
    this.clients.add(client);
    stream.on("close", () => this.clients.delete(client));
  }

  private tick(): void {
    const nowMs = performance.now();
    // While this process is held up, it reads no socket, so that time does not count as the
    // clients' silence.
    const heldUpMs = Math.max(0, nowMs - this.tickedMs - TICK_MS);
    this.tickedMs = nowMs;
    for (const client of this.clients) client.tick(nowMs, heldUpMs);
    try {
      // The users file may change while the broker runs.
      if (this.options.users?.refresh()) for (const client of this.clients) client.usersChanged();
    } catch (error) {
      this.options.onTrouble?.(messageOf(error));
    }
  }

  private replaced(clientId: string, from: string, by: string): void {
    if (!this.idConflicts.replaced(clientId, performance.now())) return;
    this.options.onTrouble?.(
      `two clients, at ${from} and ${by}, use the client id ${JSON.stringify(clientId)} and ` +
        `disconnect each other; give one of them another id`,
    );
  }
}
