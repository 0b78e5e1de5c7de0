import { connectAsync, type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CuttingProxy } from "../support/cutting-proxy";
import { EmbeddedBroker } from "../support/embedded-broker";
import { Mosquitto } from "../support/mosquitto";
import { MqttInNode } from "../support/mqtt-in-node";
import type { Order, OrderedClient, Setup } from "../support/ordered-client";
import { seededRandom } from "../support/random";
import { until } from "../support/until";
import { BOTH, IN_NODE, type Start } from "../support/worlds";

const BROKERS = {
  embedded: () => EmbeddedBroker.start(),
  Mosquitto: () => Mosquitto.start("allow_anonymous true\nmax_queued_messages 0\n"),
};

for (const [name, startBroker] of Object.entries(BROKERS))
  describe(name, () => {
    let broker: EmbeddedBroker | Mosquitto;
    let proxy: CuttingProxy;
    let client: OrderedClient;
    let inWorld: Start;
    let witness: MqttClient;
    let seen: { topic: string; payload: string; qos: number; retain: boolean }[];

    beforeEach(async () => {
      inWorld = IN_NODE;
      broker = await startBroker();
      proxy = await CuttingProxy.start(broker.port);
      seen = [];
      witness = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 4 });
      witness.on("message", (topic, payload, { qos, retain }) =>
        seen.push({ topic, payload: payload.toString(), qos, retain }),
      );
    });

    afterEach(async () => {
      await client.stop();
      await witness.endAsync(true);
      await proxy.stop();
      await broker.stop();
      expect(client.panics).toEqual([]);
    });

    async function start(order: Order = {}, setup: Partial<Setup> = {}): Promise<void> {
      client = await inWorld({ port: proxy.port, ...setup }, order);
      await client.untilLogged("granted do 0");
    }

    const payloads = (topic: string) =>
      seen.filter((message) => message.topic === topic).map(({ payload }) => payload);
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

    describe.each(BOTH)("%s", (_where, world) => {
      beforeEach(() => {
        inWorld = world;
      });

      for (const qos of [0, 1, 2] as const)
        it(`carries messages at QoS ${qos} both ways`, async () => {
          await witness.subscribeAsync("up", { qos });
          await start({ subscribe: [{ filter: "down/+", qos }] });
          await witness.publishAsync(
            "do",
            JSON.stringify({ publish: { topic: "up", count: 30, qos } }),
          );
          await client.untilLogged("published 30");
          await until("all arrive", () => seen.length === 30);
          expect(payloads("up")).toEqual(numbers(30));
          expect(seen.every((message) => message.qos === qos)).toBe(true);
          for (const text of numbers(30)) await witness.publishAsync("down/x", text, { qos });
          await client.untilLogged("got down/x 29");
          expect(client.got("down/x")).toEqual(numbers(30));
        });

      it("takes 1000 messages at once without losing one", async () => {
        await start({ subscribe: [{ filter: "burst", qos: 0 }] }, { quiet: true });
        for (let i = 0; i < 1000; i++) witness.publish("burst", `message ${i}`);
        await witness.publishAsync("burst", "count", { qos: 1 });
        await client.untilLogged("received 1001");
      });
    });

    it("publishes the will of a device that vanishes, but not of one that stops", async () => {
      await witness.subscribeAsync("device/status", { qos: 1 });
      const will = { topic: "device/status", payload: "offline", qos: 1, retain: true } as const;
      await start({}, { will });
      await proxy.cut();
      await until("the will comes", () => payloads("device/status").length === 1);
      await client.untilLogged("granted do 0", 2);
      await witness.publishAsync("do", JSON.stringify({ stop: true }));
      await client.untilLogged("stopped");
      await until("the device is gone", () => proxy.connections === 2);
      expect(payloads("device/status")).toEqual(["offline"]);
    });

    it("delivers messages sent while a device with a persistent session was offline", async () => {
      await start({ subscribe: [{ filter: "down", qos: 2 }] }, { cleanSession: false });
      await client.untilLogged("granted down 2");
      await proxy.cut();
      for (const text of numbers(10)) await witness.publishAsync("down", text, { qos: 2 });
      await client.untilLogged("got down 9");
      expect(client.count("connected true 1")).toBe(1);
      expect(client.got("down")).toEqual(numbers(10));
      // Because the session was kept, the client did not have to subscribe again.
      expect(client.count("granted down 2")).toBe(1);
    });

    it("subscribes again if the session was lost", async () => {
      await start({ subscribe: [{ filter: "down", qos: 1 }] });
      await client.untilLogged("granted down 1");
      await proxy.cut();
      await client.untilLogged("granted down 1", 2);
      await witness.publishAsync("down", "again", { qos: 1 });
      await client.untilLogged("got down again");
    });

    // At QoS 2 neither broker keeps its guarantee in this test: see docs/mqtt-client.md.
    it("loses nothing at QoS 1 during 15 random disconnects", async () => {
      const COUNT = 300;
      const random = seededRandom(1);
      await witness.subscribeAsync("up", { qos: 1 });
      await start(
        { subscribe: [{ filter: "down", qos: 1 }] },
        { cleanSession: false, stableMs: 0, ackTimeoutMs: 60_000 },
      );
      await client.untilLogged("granted down 1");
      await witness.publishAsync(
        "do",
        JSON.stringify({ publish: { topic: "up", count: COUNT, qos: 1 } }),
      );
      let sent = 0;
      for (let cut = 0; cut < 15; cut++) {
        const lines = client.lines.length + Math.floor(random() * 15);
        for (let i = 0; i < COUNT / 15; i++)
          await witness.publishAsync("down", `${sent++}`, { qos: 1 });
        await until("some traffic", () => client.lines.length >= lines);
        await proxy.cut();
        await until("the device is back", () => client.count(/^connected/) > client.count(/^lost/));
      }
      await client.untilLogged(`published ${COUNT}`);
      await until("all arrive", () => new Set(payloads("up")).size === COUNT);
      await until("all arrive", () => new Set(client.got("down")).size === COUNT);
      expect([...new Set(payloads("up"))]).toEqual(numbers(COUNT));
      const down = [...new Set(client.got("down"))];
      expect(down).toEqual(numbers(COUNT));
    });
  });

describe("Mosquitto that is killed and started again", () => {
  let mosquitto: Mosquitto;
  let client: MqttInNode;

  afterEach(async () => {
    await client.stop();
    await mosquitto.stop();
  });

  it("gets its device back, three times", async () => {
    mosquitto = await Mosquitto.start();
    client = await MqttInNode.start(
      { port: mosquitto.port, stableMs: 0 },
      { subscribe: [{ filter: "t", qos: 1 }] },
    );
    await client.untilLogged("granted t 1");
    for (let times = 1; times <= 3; times++) {
      await mosquitto.kill();
      await mosquitto.restart();
      await client.untilLogged(`connected false ${times}`);
      await client.untilLogged("granted t 1", times + 1);
    }
  });

  it("loses no message at QoS 1 that is published during the outage", async () => {
    mosquitto = await Mosquitto.start(
      "allow_anonymous true\npersistence true\nautosave_interval 1\n",
    );
    client = await MqttInNode.start({ port: mosquitto.port, stableMs: 0 });
    await client.untilLogged("granted do 0");
    const seen: string[] = [];
    const witness = await connectAsync(mosquitto.url, { protocolVersion: 4, reconnectPeriod: 50 });
    witness.on("message", (_topic, payload) => seen.push(payload.toString()));
    await witness.subscribeAsync("up", { qos: 1 });
    await mosquitto.kill();
    await client.untilLogged(/^lost/);
    const back = new Promise((resolve) => witness.once("connect", resolve));
    await mosquitto.restart();
    await back;
    await witness.subscribeAsync("up", { qos: 1 });
    await client.untilLogged("granted do 0", 2);
    await witness.publishAsync(
      "do",
      JSON.stringify({ publish: { topic: "up", count: 50, qos: 1 } }),
    );
    await client.untilLogged("published 50");
    await until("all arrive", () => new Set(seen).size === 50);
    await witness.endAsync(true);
  });

  it("reports a refused password", async () => {
    mosquitto = await Mosquitto.start("allow_anonymous false\n");
    client = await MqttInNode.start({ port: mosquitto.port, username: "who", password: "wrong" });
    await client.untilLogged("failed refused: not authorized");
  });
});
