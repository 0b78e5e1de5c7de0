import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  isRetainedByServers,
  mayPublish,
  maySubscribe,
  mayUseClientId,
} from "../../server/broker/access";
import { Checkout } from "../support/checkout";
import { freePort } from "../support/free-port";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const topicPrefix = "our/house/";

describe("a nightlight with a topic prefix at Mosquitto", () => {
  let mosquitto: Mosquitto;
  let witness: Witness;
  let server: Started | undefined;

  beforeEach(async () => {
    mosquitto = await Mosquitto.start();
    witness = await Witness.connect(mosquitto.url);
  });

  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await witness.stop();
    await mosquitto.stop();
  });

  it("has all topics below the prefix, on server and firmware, and Home Assistant finds them", async () => {
    // This test changes the firmware's configuration, a file that other tests read, too. So it uses
    // a copy of the checkout.
    const checkout = new Checkout();
    const config = JSON.parse(checkout.read("devicescript.json").toString()) as object;
    checkout.write("devicescript.json", JSON.stringify({ ...config, topicPrefix }));
    const httpPort = await freePort();
    const flags = ["--broker", mosquitto.url, "--http-port", `${httpPort}`];
    const args = ["--import", "tsx", "server/main.ts", "--id", "lamp", "--light", "100", ...flags];
    const program = checkout.node(...args);
    try {
      await until("it is ready", () => program.hasEnded || program.output.includes("is ready"));
      await witness.untilSeen("our/house/lamp/telemetry", /"light":100/);
      expect(program.output).toContain(" as our/house/lampnightlight_client\n");
      await witness.untilSeen("our/house/lamp/commands", /"led_on":true/);
      await witness.untilSeen("our/house/lamp/state", /"led_on":true/);
      await witness.untilSeen("our/house/lamp/status", /^online$/);
      await witness.untilSeen("our/house/nightlight/server/status", /^online$/);
      const discovery = "homeassistant/device/our_2Fhouse_2Flamp/config";
      await witness.untilSeen(discovery, /"availability_topic":"our\/house\/lamp\/status"/);

      const path = `http://127.0.0.1:${httpPort}/api/devices/lamp/name`;
      const put = await fetch(path, { method: "PUT", body: '{"name":"Hall"}' });
      expect(put.status).toBe(200);
      await witness.untilSeen(discovery, /"name":"Hall"/);
      await witness.untilSeen("our/house/nightlight/server/names/lamp", /"Hall"/);
      await program.stop("SIGTERM");
      await witness.untilSeen("our/house/nightlight/server/status", /^offline$/);
      const outside = witness.seen.filter(
        ({ topic }) => !topic.startsWith("our/house/") && topic !== discovery,
      );
      expect(outside).toEqual([]);
    } finally {
      await program.stop("SIGKILL");
      checkout.remove();
    }
  });

  it("receives nothing outside of the prefix, except from Home Assistant's configured topics", async () => {
    // Home Assistant may use topics below our prefix.
    const homeAssistant = { prefix: "ha", statusTopic: "our/house/ha/birth" };
    server = await startNightlight(
      { id: "lamp", brokerUrl: mosquitto.url, simulate: false },
      { topicPrefix, homeAssistant },
    );
    await witness.publish("stranger/telemetry", '{"light":5}');
    await witness.publish("our/house/desk/telemetry", '{"light":5}');
    const config = "ha/device/our_2Fhouse_2Fdesk/config";
    await witness.untilSeen("our/house/desk/commands", /"led_on":true/);
    await witness.untilSeen(config, /"state_topic":"our\/house\/desk\/telemetry"/);
    expect(await server.device("desk")).toMatchObject({ id: "desk", light: 5 });
    expect(await server.device("stranger")).toBeUndefined();

    const from = witness.seen.length;
    await witness.publish("our/house/ha/birth", "online");
    await witness.untilSeen(config, /desk/, from);
    expect(witness.seen.some(({ topic }) => topic.startsWith("homeassistant"))).toBe(false);
  });

  it("shares the broker with one of the same id and another prefix", async () => {
    const options = { id: "lamp", brokerUrl: mosquitto.url, simulate: false };
    const prefixes = ["", "our/house/", "our/garden/"];
    const servers: Started[] = [];
    try {
      for (const prefix of prefixes)
        for (const decide of [true, false])
          servers.push(await startNightlight({ ...options, decide }, { topicPrefix: prefix }));
      for (const prefix of prefixes) {
        await witness.publish(`${prefix}desk/telemetry`, '{"light":5}');
        await witness.untilSeen(`${prefix}desk/commands`, /"led_on":true/);
      }
      for (const { log } of servers) expect(log.join("\n")).not.toContain("Lost the connection");
    } finally {
      for (const one of servers) await one.stop();
    }
  });
});

describe("the embedded broker's rules with a topic prefix", () => {
  const topics = { prefix: topicPrefix, discovery: "ha" };
  const lamp = { role: "device", name: "lamp" } as const;

  it("let a device use only its own topics below the prefix", () => {
    expect(mayPublish(lamp, "our/house/lamp/telemetry", topics)).toBe(true);
    expect(maySubscribe(lamp, "our/house/lamp/commands", topics)).toBe(true);
    expect(maySubscribe(lamp, "our/house/nightlight/server/status", topics)).toBe(true);
    for (const topic of ["lamp/telemetry", "our/house/other/state", "our/house/lamp/commands"])
      expect(mayPublish(lamp, topic, topics), topic).toBe(false);
    for (const filter of ["lamp/commands", "nightlight/server/status", "our/house/+/commands"])
      expect(maySubscribe(lamp, filter, topics), filter).toBe(false);
  });

  it("let it use its client id with the prefix, but no other device's", () => {
    for (const clientId of ["", "lamp", "lampnightlight_client", "our/house/lampnightlight_client"])
      expect(mayUseClientId(lamp, clientId, topics), clientId).toBe(true);
    for (const clientId of ["our/house/hallnightlight_client", "our/house/lampnightlight_server"])
      expect(mayUseClientId(lamp, clientId, topics), clientId).toBe(false);
  });

  it("do not count the messages that servers retain for each device", () => {
    expect(isRetainedByServers("ha/device/x/config", topics)).toBe(true);
    expect(isRetainedByServers("our/house/nightlight/server/names/lamp", topics)).toBe(true);
    expect(isRetainedByServers("our/house/lamp/desired", topics)).toBe(true);
    expect(isRetainedByServers("homeassistant/device/x/config", topics)).toBe(false);
  });
});
