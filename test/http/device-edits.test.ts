import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { edit, nameOf, publish, readRetained, rename } from "../support/device-edits";
import { folderForTest } from "../support/folder";
import { metricsOf } from "../support/metrics";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

describe("a device at Mosquitto", () => {
  let mosquitto: Mosquitto;
  const servers: Started[] = [];

  const start = async (options: Parameters<typeof startNightlight>[0] = {}) => {
    const server = await startNightlight({
      brokerUrl: mosquitto.url,
      simulate: false,
      ...options,
    });
    servers.push(server);
    return server;
  };
  const stop = async () => {
    for (const server of servers.splice(0)) await server.stop();
  };

  beforeEach(async () => {
    mosquitto = await Mosquitto.start();
  });

  afterEach(async () => {
    await stop();
    await mosquitto.stop();
  });

  it("has the name that a person gave it, here and in Home Assistant, also after a restart", async () => {
    let server = await start();
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5}');
    await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    const home = await Witness.connect(mosquitto.url, "homeassistant/device/lamp/config");
    const answer = await rename(server, "lamp", " Küche ");
    expect([answer.status, await answer.json()]).toEqual([200, { name: "Küche" }]);
    expect(await nameOf(server, "lamp")).toBe("Küche");
    await home.untilSeen("homeassistant/device/lamp/config", /"name":"Küche"/);

    await stop();
    server = await start();
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5}');
    await until("its name", async () => (await nameOf(server, "lamp")) === "Küche");
    // A rename does not change the topics: they still use the device's id.
    await home.untilSeen("homeassistant/device/lamp/config", /"command_topic":"lamp\/commands"/);

    const from = home.seen.length;
    expect((await rename(server, "lamp", "")).status).toBe(200);
    expect(await nameOf(server, "lamp")).toBeUndefined();
    await home.untilSeen("homeassistant/device/lamp/config", /"name":"lamp"/, from);
    await home.stop();
    expect([...(await readRetained(mosquitto.url)).keys()].join()).not.toContain("names");
  });

  it("is removed with all its retained messages, and stays removed after a restart", async () => {
    let server = await start();
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5,"led_on":false}');
    await publish(mosquitto.url, "lamp/state", '{"led_on":false}', "-r");
    await publish(mosquitto.url, "other/telemetry", '{"light":5}', "-r");
    await until("the lamp", async () => (await server.device("lamp"))?.light === 5);
    await rename(server, "lamp", "Hall");
    await server.command("lamp", { led_on: false });
    for (const kind of ["telemetry", "commands"])
      await publish(mosquitto.url, `lamp/${kind}`, '{"light":5,"led_on":true}', "-r");
    await publish(mosquitto.url, "lamp/status", "offline", "-r");
    await until("offline", async () => (await server.device("lamp"))?.online === false);
    const ofLamp = async () =>
      [...(await readRetained(mosquitto.url)).keys()].filter((topic) => topic.includes("lamp"));
    await until("all that there is", async () => (await ofLamp()).length === 7);

    const answer = await edit(server, "DELETE", "lamp");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { removed: "lamp", history: false },
    ]);
    expect(await server.device("lamp")).toBeUndefined();
    await until("nothing", async () => (await ofLamp()).length === 0);
    expect((await readRetained(mosquitto.url)).has("other/telemetry")).toBe(true);

    // Publishes the device's late will, another server's command, and an old retained command. All
    // three must be dropped.
    await publish(mosquitto.url, "lamp/status", "offline", "-r");
    await publish(mosquitto.url, "lamp/commands", '{"led_on":true}');
    await publish(mosquitto.url, "lamp/desired", '{"led_on":true}');
    await until("all were dropped", async () => {
      const metrics = await metricsOf(server.url);
      return metrics.get('nightlight_rejections_total{reason="removed"}') === 3;
    });
    await until(
      "the will is cleared",
      async () => !(await readRetained(mosquitto.url)).has("lamp/status"),
    );
    expect(await server.device("lamp")).toBeUndefined();

    await stop();
    server = await start();
    await until("the other", async () => (await server.device("other")) !== undefined);
    expect(await server.device("lamp")).toBeUndefined();
    expect(await ofLamp()).toEqual([]);
  });

  it("comes back when it reports again, with its current status", async () => {
    const server = await start();
    await publish(mosquitto.url, "lamp/status", "online", "-r");
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5,"seq":7,"boot":1}');
    await until("the lamp", async () => (await server.device("lamp"))?.online === true);
    expect((await edit(server, "DELETE", "lamp?history=0")).status).toBe(200);
    expect(await server.device("lamp")).toBeUndefined();
    const home = await Witness.connect(mosquitto.url, "#");
    await publish(mosquitto.url, "lamp/telemetry", '{"light":6,"seq":7,"boot":1}');
    // The server has forgotten everything about the device, otherwise it would ignore this reading
    // as a repetition.
    await until("the lamp", async () => (await server.device("lamp"))?.light === 6);
    await home.untilSeen("lamp/commands", /"led_on":true/);
    await home.untilSeen("homeassistant/device/lamp/config", /lamp\/status/);
    await home.stop();
    expect((await readRetained(mosquitto.url)).get("lamp/status")).toBe("online");
  });

  it("is known and removed by every server of the broker", async () => {
    const one = await start({ id: "one", shard: { index: 1, count: 2 } });
    const two = await start({ id: "two", shard: { index: 2, count: 2 } });
    const untilBoth = (name: string, isSo: (server: Started) => Promise<boolean>) =>
      until(name, async () => (await isSo(one)) && (await isSo(two)));
    await publish(mosquitto.url, "lamp/state", '{"led_on":false}');
    await untilBoth("the lamp", async (server) => (await server.device("lamp")) !== undefined);
    await rename(two, "lamp", "Hall");
    await untilBoth("its name", async (server) => (await nameOf(server, "lamp")) === "Hall");
    const home = await Witness.connect(mosquitto.url, "#");
    expect((await edit(one, "DELETE", "lamp")).status).toBe(200);
    await untilBoth("no lamp", async (server) => (await server.device("lamp")) === undefined);
    await until(
      "nothing",
      async () => ![...(await readRetained(mosquitto.url)).keys()].join().includes("lamp"),
    );
    // Only two servers clear the topic: the one that received the request, and the one that speaks
    // for the lamp.
    expect(home.payloads("lamp/desired").filter((text) => text === "").length).toBeLessThan(3);
    await home.stop();
  });

  it("is back on every server when it reports, also on servers that do not decide for it", async () => {
    const one = await start({ id: "one", shard: { index: 1, count: 2 } });
    const two = await start({ id: "two", shard: { index: 2, count: 2 } });
    for (const [index, server] of [one, two].entries())
      await until("each has its own", () =>
        server.log.includes(`Deciding for shard ${index + 1} of 2`),
      );
    await publish(mosquitto.url, "lamp/state", '{"led_on":false}');
    for (const server of [one, two])
      await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    expect((await edit(one, "DELETE", "lamp")).status).toBe(200);
    for (const server of [one, two])
      await until("no lamp", async () => (await server.device("lamp")) === undefined);

    await publish(mosquitto.url, "lamp/telemetry", '{"light":652}');
    await publish(mosquitto.url, "lamp/commands", '{"led_on":true}');
    await publish(mosquitto.url, "marker/state", '{"led_on":false}');
    for (const server of [one, two]) {
      await until("the marker", async () => (await server.device("marker")) !== undefined);
      const metrics = await metricsOf(server.url);
      expect(metrics.get('nightlight_rejections_total{reason="removed"}') ?? 0).toBe(0);
    }
  });

  it("can't be removed or renamed while the broker is down", async () => {
    const server = await start();
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5}');
    await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    await mosquitto.kill();
    await until("the loss", async () => (await rename(server, "lamp", "Hall")).status === 503);
    const answer = await edit(server, "DELETE", "lamp");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/not connected to its broker/);
    expect(await nameOf(server, "lamp")).toBeUndefined();
  });
});

describe("a device at the embedded broker", () => {
  let dataDir: string;
  let server: Started;

  const start = async () => {
    const security = { ...OPEN_ON_LOOPBACK, dataDir };
    server = await startNightlight({ simulate: false, security });
  };
  const points = async (id: string) => {
    const answer = await fetch(`${server.url}/api/devices/${id}/telemetry?from=0`);
    return ((await answer.json()) as { points: unknown[] }).points.length;
  };

  beforeEach(async () => {
    dataDir = folderForTest();
    await start();
  });

  afterEach(async () => {
    await server.stop();
  });

  it("keeps its name over restarts, and its history unless that is removed, too", async () => {
    for (const id of ["lamp", "hall"])
      await publish(server.brokerUrl, `${id}/telemetry`, '{"light":5}');
    await until("both", async () => (await server.device("hall")) !== undefined);
    await rename(server, "lamp", "Hall");
    expect((await edit(server, "DELETE", "hall")).status).toBe(200);
    await server.stop();
    await start();
    await publish(server.brokerUrl, "lamp/telemetry", '{"light":5}');
    await until("its name", async () => (await nameOf(server, "lamp")) === "Hall");
    expect(await points("hall")).toBeGreaterThan(0);
    // The device "hall" is known only by its history.
    const answer = await edit(server, "DELETE", "hall?history=1");
    expect(await answer.json()).toEqual({ removed: "hall", history: true });
    expect(await points("hall")).toBe(0);
    expect((await edit(server, "DELETE", "hall?history=1")).status).toBe(404);
    expect(await points("lamp")).toBeGreaterThan(0);
  });
});
