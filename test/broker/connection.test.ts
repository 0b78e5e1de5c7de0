import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Packet } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rejections } from "../../server/base/rejections";
import type { Identity } from "../../server/broker/access";
import { USUAL_TOPICS } from "../../server/broker/access";
import type { BrokerContext } from "../../server/broker/broker-context";
import { Connection } from "../../server/broker/connection";
import { Connections } from "../../server/broker/connections";
import { BrokerCore } from "../../server/broker/core";
import { Journal } from "../../server/broker/journal";
import { createListener } from "../../server/broker/listener";
import { Logins } from "../../server/broker/logins";
import { DEFAULT_LIMITS } from "../../server/setup/broker-limits";
import { type User, Users } from "../../server/setup/users";
import { FaultyStore } from "../support/faulty-store";
import { folderForTest } from "../support/folder";
import { type Connect, connect, DISCONNECT, PINGREQ, publish } from "../support/mqtt-bytes";
import { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

const ANYONE: Identity = { role: "anyone", name: "" };

/** Logins whose password checks end only when the test calls the stored callback. */
class SlowLogins extends Logins {
  readonly asked: ((who: Identity) => void)[] = [];
  isSlow = false;

  constructor(users: Users) {
    super(users, false, DEFAULT_LIMITS);
  }

  override identify(): Promise<Identity> {
    if (!this.isSlow) return Promise.resolve(ANYONE);
    return new Promise((resolve) => this.asked.push(resolve));
  }
}

describe("a connection to the embedded broker", () => {
  let server: Server;
  let core: BrokerCore;
  let store: FaultyStore;
  let dir: string;
  let users: Users;
  let logins: SlowLogins;
  let sockets: Socket[];
  let clients: RawMqtt[];
  let troubles: string[];

  beforeEach(async () => {
    store = new FaultyStore();
    troubles = [];
    sockets = [];
    clients = [];
    dir = folderForTest();
    users = new Users(dir);
    logins = new SlowLogins(users);
    const journal: Journal = new Journal(store, {
      putAll: (sink) => core.putAll(sink),
      onFailure: (why) => troubles.push(why),
      onRecovery: () => undefined,
      onFault: (error) => troubles.push(String(error)),
      onUnwritten: () => undefined,
      retryMs: 1_000_000,
      patienceMs: 1_000_000,
    });
    core = new BrokerCore({
      limits: { queued: 10, retained: 10, sessions: 10 },
      sink: journal,
      nowMs: () => Date.now(),
      onDropped: (_reason, what) => troubles.push(what),
    });
    const rejections = new Rejections((_source, text) => troubles.push(text));
    const limits = DEFAULT_LIMITS;
    const context: BrokerContext = {
      core,
      journal,
      logins,
      limits,
      topics: USUAL_TOPICS,
      rejections,
      locals: new Set(),
      newClientId: () => "made-up",
      onReplaced: (clientId) => troubles.push(`${clientId} is replaced`),
      onTrouble: (message) => troubles.push(message),
    };
    const listener = { host: "127.0.0.1", port: 0, option: "--mqtt-port" };
    server = createListener(
      listener,
      new Connections(limits, rejections),
      rejections,
      (socket, address) => {
        sockets.push(socket);
        new Connection(context, socket, address, undefined, performance.now());
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(async () => {
    for (const client of clients) await client.stop();
    server.close();
    await once(server, "close");
  });

  function open(): RawMqtt {
    const client = RawMqtt.open((server.address() as AddressInfo).port);
    clients.push(client);
    return client;
  }

  /** @returns a function that releases the next write */
  function holdWrites(): () => void {
    let release = () => {};
    store.gate = new Promise((resolve) => (release = resolve));
    return release;
  }

  it("that ends while its login is checked takes over no session, and publishes no will", async () => {
    const first = open();
    expect(await first.connect({ clientId: "lamp" })).toBe(0);
    logins.isSlow = true;
    for (const how of ["end", "destroy"] as const) {
      const late = open();
      late.send(connect({ id: "lamp", will: { topic: "lamp/status", retain: true } }));
      await until("its login is checked", () => logins.asked.length === 1);
      late.send(publish("lamp/telemetry", "{}", { retain: true }));
      if (how === "end") late.stream.end();
      else late.stream.destroy();
      await until("the broker knows", () => sockets.at(-1)?.destroyed === true);
      logins.asked.shift()?.(ANYONE);
    }
    first.send(PINGREQ);
    await until("the first one is answered", () => first.received.length === 2);
    expect(first.received[1]).toMatchObject({ cmd: "pingresp" });
    expect(core.retained.matching("#")).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it.each<[string, () => void]>([
    ["removed", () => users.remove("lamp")],
    ["given another password", () => users.set("lamp", { role: "device", password: "new" })],
  ])("is refused if its user was %s while the password was checked", async (_how, change) => {
    const user: User = { role: "device", password: "old" };
    users.set("lamp", user);
    logins.isSlow = true;
    const client = open();
    client.send(connect({ id: "lamp", will: { topic: "lamp/status", retain: true } }));
    await until("its login is checked", () => logins.asked.length === 1);
    change();
    logins.asked.shift()?.({ role: "device", name: "lamp", record: JSON.stringify(user) });
    await client.untilClosed();
    expect(client.received).toMatchObject([{ cmd: "connack", returnCode: 4 }]);
    expect(core.session("lamp")).toBeUndefined();
    expect(core.retained.matching("#")).toEqual([]);
    expect(troubles).toEqual([
      "Refused (login): 127.0.0.1: lamp was removed or changed during the login",
    ]);
  });

  it("reports a present session to MQTT 3.1.1, and nothing to MQTT 3.1", async () => {
    const connackFor = async (options: Connect): Promise<Packet | undefined> => {
      const client = open();
      client.send(connect({ id: "lamp", clean: false, ...options }));
      await until("an answer", () => client.received.length > 0);
      client.send(DISCONNECT);
      await client.untilClosed();
      return client.received[0];
    };
    expect(await connackFor({})).toMatchObject({ sessionPresent: false });
    expect(await connackFor({})).toMatchObject({ sessionPresent: true });
    expect(await connackFor({ name: "MQIsdp", level: 3 })).toMatchObject({ sessionPresent: false });
  });

  it("buffers at most one packet while its login is checked, and reads the rest afterwards", async () => {
    logins.isSlow = true;
    const client = open();
    const packets = Array.from({ length: 100 }, (_, i) =>
      publish(`t/${i % 7}`, "x".repeat(60_000), { retain: true }),
    );
    client.send(connect({ id: "eager" }), ...packets, PINGREQ);
    await until("its login is checked", () => logins.asked.length === 1);
    await until("reading waits", () => sockets[0]?.isPaused() === true);
    expect(sockets[0]?.bytesRead).toBeLessThan(1_000_000);
    logins.asked.shift()?.(ANYONE);
    await until("everything is read", () => client.received.length === 2);
    expect(core.retained.matching("#")).toHaveLength(7);
  });

  it.each(["and ends its side", "and waits"])(
    "is not ended before its DISCONNECT is on the disk: its client sends one %s",
    async (how) => {
      const client = open();
      client.send(connect({ id: "lamp", will: { topic: "lamp/status" } }));
      await until("it is in", () => client.received.length === 1);
      await until("the will is kept", () => store.records.has("will/lamp"));
      const release = holdWrites();
      client.send(DISCONNECT);
      if (how === "and ends its side") client.stream.end();
      const atWork = store.writes;
      await until("it is being written", () => store.writes > atWork);
      // By the time the broker has handled bytes from another client, a premature end would be
      // visible here.
      const other = open();
      logins.isSlow = true;
      other.send(connect());
      await until("another one is heard", () => logins.asked.length === 1);
      expect(client.closed).toBe(false);
      release();
      await client.untilClosed();
      expect(store.records.has("will/lamp")).toBe(false);
    },
  );

  it("is ended once its DISCONNECT is on the disk, however much other clients still write", async () => {
    const client = open();
    client.send(connect({ id: "lamp", will: { topic: "lamp/status" } }));
    await until("the will is kept", () => store.records.has("will/lamp"));
    const release = holdWrites();
    const atWork = store.writes;
    client.send(DISCONNECT);
    await until("it is being written", () => store.writes > atWork);
    const payload = Buffer.from("x");
    core.publish({ topic: "another", payload, qos: 1, retain: true, free: false });
    const releaseAnother = holdWrites();
    release();
    await client.untilClosed();
    expect(store.records.has("will/lamp")).toBe(false);
    expect(store.records.has("retained/another")).toBe(false);
    releaseAnother();
  });
});
