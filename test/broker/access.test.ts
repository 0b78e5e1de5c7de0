import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentials, GuardedBroker } from "../support/guarded-broker";
import type { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

describe("a device's permissions on the embedded broker", () => {
  let guarded: GuardedBroker;
  let server: RawMqtt;

  beforeAll(async () => {
    guarded = await GuardedBroker.start();
    server = await login("building");
    await server.subscribe("#");
  });

  afterAll(async () => {
    await guarded.stop();
  });

  async function login(name: string, clientId = "", clean = true): Promise<RawMqtt> {
    const client = guarded.open();
    expect(await client.connect({ ...credentials(name), clientId, clean })).toBe(0);
    return client;
  }

  it.each(["lamp-1/telemetry", "lamp-1/status", "lamp-1/state"])(
    "may publish on %s",
    async (topic) => {
      const lamp = await login("lamp-1");
      expect(await lamp.publish(topic)).toBe(true);
      await until("the server sees it", () => server.topics().includes(topic));
      await lamp.stop();
    },
  );

  it.each([
    "lamp-2/telemetry",
    "lamp-2/status",
    "lamp-2/state",
    "lamp-2/commands",
    "lamp-1/commands",
    "lamp-1/desired",
    "lamp-1/update",
    "lamp-1/telemetry/x",
    "x/lamp-1/telemetry",
    "LAMP-1/telemetry",
    "lamp-1//telemetry",
    "nightlight/server/status",
    "homeassistant/device/lamp-1/config",
    "$SYS/broker",
    "$share/all/lamp-1/telemetry",
  ])("may not publish on %s, and is disconnected", async (topic) => {
    const lamp = await login("lamp-1");
    expect(await lamp.publish(topic)).toBe(false);
    await lamp.untilClosed();
    await guarded.untilLogged(`Refused (publish): 127.0.0.1 (lamp-1): may not publish on ${topic}`);
    expect(server.topics()).not.toContain(topic);
  });

  it.each(["lamp-1/commands", "lamp-1/update", "nightlight/server/status"])(
    "may subscribe to %s",
    async (filter) => {
      const lamp = await login("lamp-1");
      expect(await lamp.subscribe(filter)).toEqual([1]);
      await lamp.stop();
    },
  );

  it.each([
    "#",
    "+/commands",
    "lamp-2/commands",
    "lamp-2/update",
    "lamp-1/#",
    "lamp-1/+",
    "lamp-1/telemetry",
    "nightlight/#",
    "$SYS/#",
    "$share/all/lamp-1/commands",
  ])("may not subscribe to %s, and gets a failure code", async (filter) => {
    const lamp = await login("lamp-1");
    expect(await lamp.subscribe(filter)).toEqual([128]);
    await guarded.untilLogged(
      `Refused (subscribe): 127.0.0.1 (lamp-1): may not subscribe to ${filter}`,
    );
    await server.publish("lamp-2/commands", "secret");
    await server.publish("lamp-1/telemetry", "secret");
    expect(await lamp.publish("lamp-1/state")).toBe(true);
    expect(lamp.topics()).toEqual([]);
    await lamp.stop();
  });

  it("gets only the permitted one of two filters, also in a persistent session", async () => {
    const before = await login("lamp-1", "lamp-1", false);
    expect(await before.subscribe("lamp-1/commands", "lamp-2/commands")).toEqual([1, 128]);
    await before.stop();
    await server.publish("lamp-2/commands", "not for lamp-1");
    await server.publish("lamp-1/commands", "for lamp-1");
    const after = await login("lamp-1", "lamp-1", false);
    await until("the queued command", () => after.topics().length > 0);
    expect(await after.publish("lamp-1/state")).toBe(true);
    expect(after.topics()).toEqual(["lamp-1/commands"]);
    await after.stop();
  });

  it("gets no retained message without permission", async () => {
    await server.publish("lamp-2/state", '{"secret":1}', true);
    await server.publish("nightlight/server/status", "online", true);
    const lamp = await login("lamp-1");
    await lamp.subscribe("#", "lamp-2/state", "nightlight/server/status");
    await until("the server's status", () => lamp.topics().length > 0);
    expect(lamp.topics()).toEqual(["nightlight/server/status"]);
    await lamp.stop();
  });

  it("cannot take over another device's session and read its commands", async () => {
    const victim = await login("lamp-2", "lamp-2nightlight_client", false);
    await victim.subscribe("lamp-2/commands");
    const thief = guarded.open();
    const clientId = "lamp-2nightlight_client";
    expect(await thief.connect({ ...credentials("lamp-1"), clientId, clean: false })).toBe(2);
    expect(victim.closed).toBe(false);
    await server.publish("lamp-2/commands", "for lamp-2");
    await until("the victim gets it", () => victim.topics().length > 0);
    await thief.stop();
    await victim.stop();
  });

  it("do not prevent a server from receiving and publishing everything", async () => {
    const other = await login("building", "another server");
    expect(await other.subscribe("#", "+/telemetry")).toEqual([1, 1]);
    expect(await other.publish("lamp-2/desired", "x", true)).toBe(true);
    expect(await other.publish("$SYS/x")).toBe(false);
  });
});
