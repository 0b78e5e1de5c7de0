import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Reason, Rejections } from "../../server/base/rejections";
import { Broker, type BrokerOptions } from "../../server/broker/broker";
import { type BrokerLimits, DEFAULT_LIMITS } from "../../server/setup/broker-limits";
import { hashPassword } from "../../server/setup/password";
import { type User, Users } from "../../server/setup/users";
import { RawMqtt } from "./raw-mqtt";
import { until } from "./until";

export const PASSWORDS: Record<string, string> = {
  "lamp-1": "password of lamp-1",
  "lamp-2": "password of lamp-2",
  building: "password of building",
};

/**
 * The embedded broker alone, with logins as with --listen. Its users are two devices and a server.
 */
export class GuardedBroker {
  private readonly clients: RawMqtt[] = [];

  private constructor(
    readonly broker: Broker,
    readonly users: Users,
    readonly dir: string,
    readonly rejections: Rejections,
    readonly log: string[],
  ) {}

  static async start(
    limits: Partial<BrokerLimits> = {},
    options: Partial<BrokerOptions> = {},
    { everyLine = true } = {},
  ): Promise<GuardedBroker> {
    const dir = mkdtempSync(join(tmpdir(), "nightlight-guarded-"));
    const users = new Users(dir);
    for (const [name, user] of await testUsers()) users.set(name, user);
    const log: string[] = [];
    let nowMs = 0;
    // A clock on which a minute passes between any two rejections, so that each rejection is
    // logged.
    const clock = everyLine ? () => (nowMs += 60_000) : undefined;
    const rejections = new Rejections((_source, text) => log.push(text), clock);
    const broker = await Broker.start({
      listeners: [{ host: "127.0.0.1", port: 0, option: "--mqtt-port" }],
      rejections,
      users,
      loginRequired: true,
      limits: { ...DEFAULT_LIMITS, ...limits },
      ...options,
    });
    return new GuardedBroker(broker, users, dir, rejections, log);
  }

  get port(): number {
    return this.broker.ports[0] ?? 0;
  }

  /**
   * Opens a connection, which the broker's `stop` closes.
   * @param from the client's address
   */
  open(from?: string): RawMqtt {
    const client = RawMqtt.open(this.port, from);
    this.clients.push(client);
    return client;
  }

  count(reason: Reason): number {
    return this.rejections.totals()[reason];
  }

  /** Waits for a log line that equals `line` or matches it. */
  async untilLogged(line: string | RegExp): Promise<void> {
    await until(`the log says ${String(line)}; it says\n${this.log.join("\n")}`, () =>
      this.log.some((text) => (typeof line === "string" ? text === line : line.test(text))),
    );
  }

  async stop(): Promise<void> {
    for (const client of this.clients) await client.stop();
    await this.broker.stop();
    rmSync(this.dir, { recursive: true });
  }
}

let hashed: Promise<[string, User][]> | undefined;

/** Hashes the users' passwords only once, because hashing is slow on purpose. */
function testUsers(): Promise<[string, User][]> {
  hashed ??= Promise.all(
    Object.entries(PASSWORDS).map(async ([name, password]): Promise<[string, User]> => {
      const role = name === "building" ? "server" : "device";
      return [name, { role, password: await hashPassword(password) }];
    }),
  );
  return hashed;
}

/** Returns the CONNECT fields with which this user logs in. */
export function credentials(name: string): { username: string; password: Buffer } {
  return { username: name, password: Buffer.from(PASSWORDS[name] ?? "") };
}
