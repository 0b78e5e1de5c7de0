import { once } from "node:events";
import { createConnection } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Reason } from "../../server/base/rejections";
import type { BrokerLimits } from "../../server/setup/broker-limits";
import { credentials, GuardedBroker } from "../support/guarded-broker";
import type { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

describe("the embedded broker's limits", () => {
  let guarded: GuardedBroker;

  afterEach(async () => {
    await guarded.stop();
  });

  /** A broker that admits anonymous clients: the limits apply to them, too. */
  async function start(limits: Partial<BrokerLimits>): Promise<void> {
    guarded = await GuardedBroker.start(limits, { loginRequired: false });
  }

  async function connect(clientId = "", clean = true): Promise<RawMqtt> {
    const client = guarded.open();
    expect(await client.connect({ clientId, clean })).toBe(0);
    return client;
  }

  async function untilRefused(reason: Reason, text: string): Promise<void> {
    await guarded.untilLogged(`Refused (${reason}): ${text}`);
    expect(guarded.count(reason)).toBe(1);
  }

  it("limits a packet by its announced size, before any of it is kept", async () => {
    await start({ "packet-bytes": 1000 });
    const client = await connect();
    expect(await client.publish("t", "x".repeat(990))).toBe(true);
    // The header of a PUBLISH of 1001 bytes, without its content.
    client.send(Uint8Array.of(0x30, 0xe9, 0x07));
    await client.untilClosed();
    await untilRefused(
      "packet-bytes",
      "127.0.0.1: expected a packet of at most 1000 bytes, got 1001 or more",
    );
  });

  it("limits a packet before the login, too", async () => {
    await start({});
    const client = guarded.open();
    client.send(Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f));
    await client.untilClosed();
    await guarded.untilLogged(/^Refused \(packet-bytes\): 127.0.0.1: .*, got \d+ or more$/);
  });

  it("ends a flood, but not a burst", async () => {
    await start({ "packets-per-second": 20 });
    const client = await connect();
    const ping = Uint8Array.of(0xc0, 0);
    for (let i = 0; i < 190; i++) client.send(ping);
    await until("all answered", () => client.received.length === 191);
    for (let i = 0; i < 500; i++) client.send(ping);
    await client.untilClosed();
    const text = "127.0.0.1: more than 20 packets a second, and 200 at once";
    await untilRefused("packets-per-second", text);
  });

  it("lets a server send as fast as it likes", async () => {
    await start({ "packets-per-second": 1 });
    const client = guarded.open();
    await client.connect(credentials("building"));
    for (let i = 0; i < 500; i++) client.send(Uint8Array.of(0xc0, 0));
    await until("all answered", () => client.received.length === 501);
  });

  it("limits connections, and frees their places", async () => {
    await start({ connections: 3 });
    const first = await connect();
    await connect();
    await connect();
    const fourth = guarded.open();
    await fourth.untilClosed();
    await untilRefused("connections", "a connection from 127.0.0.1: 3 connections are open");
    await first.stop();
    await until("there is room again", async () => (await guarded.open().connect()) === 0);
  });

  it("frees the place of a silent client as soon as it is disconnected", async () => {
    await start({ connections: 1 });
    const silent = createConnection({ port: guarded.port, host: "127.0.0.1", allowHalfOpen: true });
    try {
      // The client receives the end of the broker's side, but keeps its own side open.
      await once(silent.resume(), "end");
      expect(await guarded.open().connect()).toBe(0);
    } finally {
      silent.destroy();
    }
  });

  it("limits connections of one address", async () => {
    await start({ "connections-per-address": 2 });
    await connect();
    await connect();
    await guarded.open().untilClosed();
    await untilRefused(
      "connections-per-address",
      "a connection from 127.0.0.1: this address has 2 open",
    );
    expect(await guarded.open("127.0.0.2").connect()).toBe(0);
  });

  it.each([
    ["x".repeat(257), "topic: expected at most 256 bytes, got 257"],
    ["ü".repeat(129), "topic: expected at most 256 bytes, got 258"],
    ["a\u0000b", "a topic that is not clean UTF-8"],
  ])("limits a topic's length and characters", async (topic, text) => {
    await start({});
    const publisher = await connect();
    expect(await publisher.publish(topic)).toBe(false);
    await untilRefused("topic", `127.0.0.1: ${text}`);
    const subscriber = await connect();
    expect(await subscriber.subscribe(topic)).toBeUndefined();
    expect(guarded.count("topic")).toBe(2);
  });

  it("limits a topic's levels", async () => {
    await start({});
    const subscriber = await connect();
    expect(await subscriber.subscribe("1/2/3/4/5/6/7/8/9/#")).toEqual([1]);
    const publisher = await connect();
    expect(await publisher.publish("1/2/3/4/5/6/7/8/9/10/11")).toBe(false);
    await guarded.untilLogged(
      "Refused (topic): 127.0.0.1: topic: expected at most 10 levels, got 11",
    );
  });

  it("limits a client's subscriptions, also in one packet", async () => {
    await start({ subscriptions: 3 });
    const client = await connect("keeps", false);
    expect(await client.subscribe("a", "b", "c", "d")).toEqual([1, 1, 1, 128]);
    await untilRefused(
      "subscriptions",
      "127.0.0.1: expected at most 3 subscriptions, got one more",
    );
    client.send({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["a"] });
    await until("unsubscribed", () => client.received.some(({ cmd }) => cmd === "unsuback"));
    client.received.length = 0;
    expect(await client.subscribe("e")).toEqual([1]);
  });

  it("limits retained messages, and still delivers those that it does not keep", async () => {
    await start({ retained: 2 });
    const client = await connect();
    await client.subscribe("#");
    for (const topic of ["a", "b", "c", "a"]) await client.publish(topic, "x", true);
    await untilRefused(
      "retained",
      "expected retained messages on at most 2 topics, got one for another",
    );
    await until("all passed on", () => client.topics().length === 4);
    const late = await connect();
    await late.subscribe("#");
    await until("those that are kept", () => late.topics().length === 2);
    // An empty message clears a topic, which makes room.
    await client.publish("a", "", true);
    await client.publish("d", "x", true);
    const later = await connect();
    await later.subscribe("#");
    await until("those that are kept now", () => later.topics().length === 2);
    expect(later.topics().sort()).toEqual(["b", "d"]);
  });

  it("does not count the messages that a server retains for its devices", async () => {
    await start({ retained: 1 });
    const server = guarded.open();
    await server.connect({ ...credentials("building") });
    const anyone = await connect();
    const kept = ["homeassistant/device/lamp/config", "lamp/desired", "lamp/state"];
    for (const topic of kept.slice(0, 2)) await server.publish(topic, "x", true);
    await anyone.publish("lamp/state", "x", true);
    expect(guarded.count("retained")).toBe(0);
    await anyone.publish("other/desired", "x", true);
    await untilRefused(
      "retained",
      "expected retained messages on at most 1 topics, got one for another",
    );
    const late = await connect();
    await late.subscribe("#");
    await until("those that are kept", () => late.topics().length === kept.length);
    expect(late.topics().sort()).toEqual(kept);
  });

  it("limits persistent sessions", async () => {
    await start({ sessions: 1 });
    expect(await (await connect("one", false)).subscribe("a")).toEqual([1]);
    expect(await guarded.open().connect({ clientId: "two", clean: false })).toBe(3);
    await untilRefused(
      "sessions",
      "127.0.0.1: expected at most 1 persistent sessions, got one more",
    );
    // The client has ended its own session by connecting with a clean session.
    await connect("one", true);
    expect(await (await connect("three", false)).subscribe("a")).toEqual([1]);
  });

  it("limits the queue of an offline client, and keeps the oldest messages", async () => {
    await start({ queued: 2 });
    const away = await connect("away", false);
    await away.subscribe("a");
    await away.stop();
    const client = await connect();
    for (const payload of ["1", "2", "3"]) expect(await client.publish("a", payload)).toBe(true);
    await untilRefused("queued", "a message for away: 2 messages are waiting for it");
    const back = await connect("away", false);
    await until("what waited", () => back.topics().length === 2);
    const payloads = back.received.flatMap((packet) =>
      packet.cmd === "publish" ? [packet.payload.toString()] : [],
    );
    expect(payloads).toEqual(["1", "2"]);
  });

  it("logs at most ten lines for a reason in ten seconds, and counts all rejections", async () => {
    guarded = await GuardedBroker.start({}, {}, { everyLine: false });
    const client = guarded.open();
    await client.connect(credentials("lamp-1"));
    const filters = Array.from({ length: 50 }, (_, i) => `lamp-2/${i}`);
    expect(await client.subscribe(...filters)).toEqual(filters.map(() => 128));
    expect(guarded.count("subscribe")).toBe(50);
    expect(guarded.log.length).toBe(10);
  });
});
