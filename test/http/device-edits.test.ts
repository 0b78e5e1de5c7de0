import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { metricsOf } from "../support/metrics";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { PUBLISH, WithholdingProxy } from "../support/withholding-proxy";
import { Witness } from "../support/witness";

const run = promisify(execFile);

/** By Mosquitto's own client, as a person would. */
async function publish(url: string, topic: string, payload: string, ...flags: string[]) {
  await run("mosquitto_pub", [
    ...["-p", new URL(url).port, "-q", "1", "-t", topic, "-m", payload],
    ...flags,
  ]);
}

/** What the broker has retained, by topic; by Mosquitto's own client. */
async function retained(url: string): Promise<Map<string, string>> {
  const args = ["-p", new URL(url).port, "-q", "1", "-t", "#", "-F", "%r %t %p"];
  const client = spawn("mosquitto_sub", args);
  let output = "";
  client.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  // What is retained comes before what is published after the subscription.
  await until("the marker", async () => {
    await publish(url, "marker", "now");
    return output.includes("0 marker now\n");
  });
  client.kill();
  const lines = output.split("\n").filter((line) => line.startsWith("1 "));
  return new Map(
    lines.map((line) => {
      const [, topic = "", ...payload] = line.split(" ");
      return [topic, payload.join(" ")] as const;
    }),
  );
}

const edit = (server: Started, method: string, path: string, body?: string) =>
  fetch(`${server.url}/api/devices/${path}`, { method, body });
const rename = (server: Started, id: string, name: unknown) =>
  edit(server, "PUT", `${id}/name`, JSON.stringify({ name }));
const nameOf = async (server: Started, id: string) => (await server.device(id))?.name;

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
    await home.sees("homeassistant/device/lamp/config", /"name":"Küche"/);

    await stop();
    server = await start();
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5}');
    await until("its name", async () => (await nameOf(server, "lamp")) === "Küche");
    // The wire keeps the id.
    await home.sees("homeassistant/device/lamp/config", /"command_topic":"lamp\/commands"/);

    const from = home.seen.length;
    expect((await rename(server, "lamp", "")).status).toBe(200);
    expect(await nameOf(server, "lamp")).toBeUndefined();
    await home.sees("homeassistant/device/lamp/config", /"name":"lamp"/, from);
    await home.stop();
    expect([...(await retained(mosquitto.url)).keys()].join()).not.toContain("names");
  });

  it("is removed with all that the broker keeps of it, and stays away after a restart", async () => {
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
      [...(await retained(mosquitto.url)).keys()].filter((topic) => topic.includes("lamp"));
    await until("all that there is", async () => (await ofLamp()).length === 7);

    const answer = await edit(server, "DELETE", "lamp");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { removed: "lamp", history: false },
    ]);
    expect(await server.device("lamp")).toBeUndefined();
    await until("nothing", async () => (await ofLamp()).length === 0);
    expect((await retained(mosquitto.url)).has("other/telemetry")).toBe(true);

    // Its will, late; another server's command; somebody's old reading.
    await publish(mosquitto.url, "lamp/status", "offline", "-r");
    await publish(mosquitto.url, "lamp/commands", '{"led_on":true}');
    await publish(mosquitto.url, "lamp/desired", '{"led_on":true}');
    await until("all were dropped", async () => {
      const metrics = await metricsOf(server.url);
      return metrics.get('nightlight_rejections_total{reason="removed"}') === 3;
    });
    await until(
      "the will is cleared",
      async () => !(await retained(mosquitto.url)).has("lamp/status"),
    );
    expect(await server.device("lamp")).toBeUndefined();

    await stop();
    server = await start();
    await until("the other", async () => (await server.device("other")) !== undefined);
    expect(await server.device("lamp")).toBeUndefined();
    expect(await ofLamp()).toEqual([]);
  });

  it("comes back once it speaks again, with the status that it has", async () => {
    const server = await start();
    await publish(mosquitto.url, "lamp/status", "online", "-r");
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5,"seq":7,"boot":1}');
    await until("the lamp", async () => (await server.device("lamp"))?.online === true);
    expect((await edit(server, "DELETE", "lamp?history=0")).status).toBe(200);
    expect(await server.device("lamp")).toBeUndefined();
    const home = await Witness.connect(mosquitto.url, "#");
    await publish(mosquitto.url, "lamp/telemetry", '{"light":6,"seq":7,"boot":1}');
    // Nothing from before counts: the same reading would be known as a repeated one.
    await until("the lamp", async () => (await server.device("lamp"))?.light === 6);
    await home.sees("lamp/commands", /"led_on":true/);
    await home.sees("homeassistant/device/lamp/config", /lamp\/status/);
    await home.stop();
    expect((await retained(mosquitto.url)).get("lamp/status")).toBe("online");
  });

  it("is known and removed by every server of the broker", async () => {
    const one = await start({ id: "one", shard: { index: 1, count: 2 } });
    const two = await start({ id: "two", shard: { index: 2, count: 2 } });
    const both = (name: string, isSo: (server: Started) => Promise<boolean>) =>
      until(name, async () => (await isSo(one)) && (await isSo(two)));
    await publish(mosquitto.url, "lamp/state", '{"led_on":false}');
    await both("the lamp", async (server) => (await server.device("lamp")) !== undefined);
    await rename(two, "lamp", "Hall");
    await both("its name", async (server) => (await nameOf(server, "lamp")) === "Hall");
    const home = await Witness.connect(mosquitto.url, "#");
    expect((await edit(one, "DELETE", "lamp")).status).toBe(200);
    await both("no lamp", async (server) => (await server.device("lamp")) === undefined);
    await until(
      "nothing",
      async () => ![...(await retained(mosquitto.url)).keys()].join().includes("lamp"),
    );
    // The one that was asked, and the one that speaks for the lamp; no third time.
    expect(home.payloads("lamp/desired").filter((text) => text === "").length).toBeLessThan(3);
    await home.stop();
  });

  it("is back on every server once it speaks, also on those that leave its readings to another", async () => {
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

  it("can't be removed or renamed while the broker is away", async () => {
    const server = await start();
    await publish(mosquitto.url, "lamp/telemetry", '{"light":5}');
    await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    await mosquitto.kill();
    await until("the loss", async () => (await rename(server, "lamp", "Hall")).status === 503);
    const answer = await edit(server, "DELETE", "lamp");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(/lost its broker/);
    expect(await nameOf(server, "lamp")).toBeUndefined();
  });
});

it("can be removed again if the connection breaks before the other servers know of it", async () => {
  const mosquitto = await Mosquitto.start();
  const proxy = await WithholdingProxy.start(mosquitto.port);
  // Nothing but the removal is to be on its way.
  const options = { simulate: false, homeAssistant: false };
  const near = await startNightlight({ ...options, id: "near", brokerUrl: mosquitto.url });
  const far = await startNightlight({ ...options, id: "far", brokerUrl: proxy.url });
  try {
    await publish(mosquitto.url, "lamp/telemetry", '{"light":652,"led_on":false}');
    for (const server of [near, far])
      await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    proxy.fromClient.add(PUBLISH);
    const cut = edit(far, "DELETE", "lamp");
    await until("it is on its way", () => proxy.withheld > 0);
    await proxy.cut();
    expect((await cut).status).toBe(503);
    expect(await far.device("lamp")).toBeDefined();
    expect(await near.device("lamp")).toBeDefined();

    await until("a new try", async () => (await edit(far, "DELETE", "lamp")).status === 200);
    for (const server of [near, far])
      await until("no lamp", async () => (await server.device("lamp")) === undefined);
  } finally {
    await far.stop();
    await near.stop();
    await proxy.stop();
    await mosquitto.stop();
  }
});

it("is removed to the end if the connection breaks before the broker has cleared what it keeps", async () => {
  const mosquitto = await Mosquitto.start();
  const proxy = await WithholdingProxy.start(mosquitto.port);
  const server = await startNightlight(
    { simulate: false, brokerUrl: proxy.url },
    // Listed, a device is known that has nothing in its history yet.
    { devices: ["lamp"] },
  );
  try {
    await publish(mosquitto.url, "lamp/status", "offline", "-r");
    await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    const kept = async () =>
      [...(await retained(mosquitto.url)).keys()].filter((topic) => topic.includes("lamp"));
    proxy.topics.add("lamp/status");
    const first = edit(server, "DELETE", "lamp");
    await until("it is on its way", () => proxy.withheld === 1);
    expect(await server.device("lamp")).toBeUndefined();
    // A person who waits in vain tries again: it is not gone yet.
    const second = edit(server, "DELETE", "lamp");
    await until("it is again", () => proxy.withheld === 2);
    expect(await kept()).toEqual(["lamp/status"]);
    await proxy.cut();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(await kept()).toEqual([]);
    expect((await edit(server, "DELETE", "lamp")).status).toBe(404);
  } finally {
    await server.stop();
    await proxy.stop();
    await mosquitto.stop();
  }
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
    dataDir = mkdtempSync(join(tmpdir(), "nightlight-edits-"));
    await start();
  });

  afterEach(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  it("keeps its name over restarts, and its history unless that is to go, too", async () => {
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
    // Known by its history alone.
    const answer = await edit(server, "DELETE", "hall?history=1");
    expect(await answer.json()).toEqual({ removed: "hall", history: true });
    expect(await points("hall")).toBe(0);
    expect((await edit(server, "DELETE", "hall?history=1")).status).toBe(404);
    expect(await points("lamp")).toBeGreaterThan(0);
  });
});

describe("a request to rename or remove a device", () => {
  let server: Started;

  beforeAll(async () => {
    const yard = { id: "yard", members: ["north"], lights: ["mast"], validMs: 30_000 };
    server = await startNightlight({ simulate: false }, { groups: [{ ...yard, decide: "any" }] });
    for (const id of ["north", "lamp"])
      await publish(server.brokerUrl, `${id}/telemetry`, '{"light":5}');
    await until("both", async () => (await server.device("lamp")) !== undefined);
  });

  afterAll(async () => {
    await server.stop();
  });

  it.each<[number, RegExp, [string, string, string?]]>([
    [404, /^no device nobody$/, ["DELETE", "nobody"]],
    [404, /^no device nobody$/, ["PUT", "nobody/name", '{"name":"x"}']],
    [409, /^north: is in the group yard of the configuration; take it/, ["DELETE", "north"]],
    [409, /^mast: is in the group yard/, ["DELETE", "mast"]],
    [400, /^history: expected 0 or 1, got "yes"$/, ["DELETE", "north?history=yes"]],
    [400, /^histroy: the only parameter is history/, ["DELETE", "north?histroy=1"]],
    [
      400,
      /^history: the only parameter is history, once$/,
      ["DELETE", "north?history=1&history=1"],
    ],
    [400, /^device id: expected .*, got ""$/, ["DELETE", ""]],
    [400, /^device id: expected .*, got "a\/b"$/, ["PUT", "a%2Fb/name", '{"name":"x"}']],
    [400, /^name: expected text .*, got nothing$/, ["PUT", "north/name", "{}"]],
    [400, /^name: expected text .*, got 5$/, ["PUT", "north/name", '{"name":5}']],
    [
      400,
      /^name: expected text .*, got "x{79}$/,
      ["PUT", "north/name", `{"name":"${"x".repeat(90)}"}`],
    ],
    [400, /^body: not JSON$/, ["PUT", "north/name", "Hall"]],
    [405, /^expected PUT, got POST$/, ["POST", "north/name", "{}"]],
    [405, /^expected DELETE, got GET$/, ["GET", "north"]],
  ])("answers %i with %s", async (status, error, [method, path, body]) => {
    const response = await edit(server, method, path, body);
    expect(((await response.json()) as { error: string }).error).toMatch(error);
    expect(response.status).toBe(status);
    expect(await server.device("north")).toBeDefined();
  });

  it("is not removed by another site's page", async () => {
    const headers = { origin: "https://elsewhere.example" };
    const path = `${server.url}/api/devices/lamp`;
    expect((await fetch(path, { method: "DELETE", headers })).status).toBe(403);
    const body = '{"name":"x"}';
    expect((await fetch(`${path}/name`, { method: "PUT", headers, body })).status).toBe(403);
    expect(await server.device("lamp")).toMatchObject({ id: "lamp" });
  });
});
