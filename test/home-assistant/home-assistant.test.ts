import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { type Component, type Discovery, parseDiscovery, render } from "../support/home-assistant";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/**
 * Stands in for Home Assistant: a client that receives all messages, and sends what the test says.
 */
let home: Witness;
let mosquitto: Mosquitto;
let server: Started | undefined;

beforeEach(async () => {
  mosquitto = await Mosquitto.start();
  home = await Witness.connect(mosquitto.url);
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await home.stop();
  await mosquitto.stop();
});

const announcements = () =>
  home.seen.filter(({ topic }) => /^homeassistant\/.*config$/.test(topic));

/**
 * Waits for an announcement of the device that satisfies `isRight`, and checks every announcement.
 */
async function untilAnnounced(
  objectId: string,
  isRight: (discovery: Discovery) => boolean = () => true,
  from = 0,
): Promise<Discovery> {
  const topic = `homeassistant/device/${objectId}/config`;
  let found: Discovery | undefined;
  await until(`an announcement of ${objectId}`, () => {
    const all = home.seen.slice(from).filter((message) => message.topic === topic);
    found = all.map(({ payload }) => parseDiscovery(topic, payload)).findLast(isRight);
    return found !== undefined;
  });
  if (!found) throw new Error("unreachable");
  return found;
}

function part(discovery: Discovery, name: string): Component {
  const component = discovery.components[name];
  if (!component) throw new Error(`no ${name} in ${JSON.stringify(discovery)}`);
  return component;
}

async function retainedNow(topic: string): Promise<boolean> {
  const late = await Witness.connect(mosquitto.url, topic);
  await late.untilSeen(topic, /./);
  const [message] = late.seen;
  await late.stop();
  return message?.retain === true;
}

describe("our device in Home Assistant", () => {
  it("is a light, a light level and a connection, and obeys", async () => {
    server = await startNightlight({ brokerUrl: mosquitto.url, id: "lamp-1", lightRaw: 900 });
    const discovery = await untilAnnounced(
      "lamp-1",
      ({ components: { connection, light, led_on: led }, device }) =>
        !!connection && !!light && led?.state_topic === "lamp-1/state" && !!device["sw_version"],
    );
    expect(await retainedNow("homeassistant/device/lamp-1/config")).toBe(true);
    expect(discovery.device).toMatchObject({ identifiers: ["nightlight_lamp-1"], name: "lamp-1" });
    expect(discovery.origin).toMatchObject({ name: "Nightlight" });

    const light = part(discovery, "light");
    expect(light).toMatchObject({
      platform: "sensor",
      state_topic: "lamp-1/telemetry",
      state_class: "measurement",
      expire_after: 6,
      availability_topic: "lamp-1/status",
    });
    expect(light).not.toHaveProperty("device_class");
    const [telemetry = ""] = home.payloads("lamp-1/telemetry");
    expect(render(light["value_template"], telemetry)).toBe("900");

    const connection = part(discovery, "connection");
    expect(connection).toMatchObject({ device_class: "connectivity", payload_on: "online" });
    expect(connection).not.toHaveProperty("availability_topic");
    expect(home.payloads("lamp-1/status")).toContain(connection["payload_on"]);

    const led = part(discovery, "led_on");
    expect(led).toMatchObject({
      platform: "light",
      command_topic: "lamp-1/commands",
      payload_on: '{"led_on":true}',
      availability_topic: "lamp-1/status",
    });
    const from = home.seen.length;
    await home.publish(led["command_topic"] ?? "", led["payload_on"] ?? "");
    await home.untilSeen("lamp-1/state", /"led_on":true/, from);
    const states = home.payloads("lamp-1/state");
    const shown = states.map((state) => render(led["state_value_template"], state));
    expect(shown).toContain(led["payload_on"]);
    expect(shown).toContain(led["payload_off"]);
  });

  it("is announced again when Home Assistant starts, and when the broker has lost its data", async () => {
    server = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
    await home.publish("lesson/telemetry", '{"light":1}');
    await untilAnnounced("lesson", ({ components: { light } }) => !!light);
    const count = announcements().length;
    const from = home.seen.length;
    await home.publish("homeassistant/status", "offline");
    await home.publish("homeassistant/status", "online");
    await untilAnnounced("lesson", undefined, from);
    expect(announcements()).toHaveLength(count + 1);
    // Home Assistant itself must not be listed as a device.
    expect(await server.device("homeassistant")).toBeUndefined();

    await mosquitto.kill();
    await mosquitto.restart();
    await untilAnnounced("lesson", undefined, home.seen.length);
    expect(await retainedNow("homeassistant/device/lesson/config")).toBe(true);
  });
});

describe("other devices in Home Assistant", () => {
  it("a lesson device is a light that is assumed to obey, without availability", async () => {
    server = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
    await home.publish("lesson/telemetry", '{"light":100}');
    await home.untilSeen("lesson/commands", /true/);
    const discovery = await untilAnnounced("lesson", ({ components: { light } }) => !!light);
    expect(Object.keys(discovery.components).sort()).toEqual(["led_on", "light"]);
    expect(part(discovery, "led_on")).not.toHaveProperty("state_topic");
    expect(part(discovery, "light")).toMatchObject({ expire_after: 30 });
    expect(JSON.stringify(discovery)).not.toContain("availability");
  });

  it("the LED comes from telemetry if only telemetry contains it", async () => {
    server = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
    await home.publish("lamp/telemetry", '{"light":100,"led_on":false}');
    const discovery = await untilAnnounced(
      "lamp",
      ({ components: { led_on } }) => !!led_on?.state_topic,
    );
    const led = part(discovery, "led_on");
    expect(led["state_topic"]).toBe("lamp/telemetry");
    const template = led["state_value_template"];
    expect(render(template, '{"light":100,"led_on":false}')).toBe(led["payload_off"]);
    // A reading without the LED's state does not change the state in Home Assistant.
    expect(render(template, '{"light":100}')).toBe("");
  });

  it("a thermostat is a switch and three temperatures", async () => {
    const config = loadConfig(join(ROOT, "docs/examples/thermostat.json"));
    server = await startNightlight({ brokerUrl: mosquitto.url, simulate: false }, config);
    const telemetry =
      '{"thermostat_temperature":18,"livingroom_temperature":19.5,"bedroom_temperature":17,"heating_on":true}';
    await home.publish("home/telemetry", telemetry);
    const discovery = await untilAnnounced(
      "home",
      ({ components: c }) => !!c["heating_on"]?.state_topic,
    );
    expect(
      Object.values(discovery.components).map(({ platform, name }) => [platform, name]),
    ).toEqual([
      ["sensor", "Thermostat temperature"],
      ["sensor", "Livingroom temperature"],
      ["sensor", "Bedroom temperature"],
      ["switch", "Heating"],
    ]);
    const room = part(discovery, "livingroom_temperature");
    expect(render(room["value_template"], telemetry)).toBe("19.5");
    const heating = part(discovery, "heating_on");
    expect(heating["payload_off"]).toBe('{"heating_on":false}');
    expect(render(heating["value_template"], telemetry)).toBe('{"heating_on":true}');
  });

  it("a group's sensor has no light, and a group's light no sensor", async () => {
    const group = { id: "hall", members: ["north"], lights: ["mast"], validMs: 30_000 };
    server = await startNightlight(
      { brokerUrl: mosquitto.url, simulate: false },
      { groups: [{ ...group, decide: "any" }] },
    );
    await home.publish("north/telemetry", '{"light":100}');
    const north = await untilAnnounced("north", ({ components: { light } }) => !!light);
    expect(Object.keys(north.components)).toEqual(["light"]);
    const mast = await untilAnnounced("mast");
    expect(Object.keys(mast.components)).toEqual(["led_on"]);
  });

  it("text values, and values of several fields, are shown unchanged", async () => {
    const { rule } = loadConfig();
    const on = { mode: 'a "warm" \\ glow', level: 2 };
    const off = { mode: "off", level: 0 };
    server = await startNightlight(
      { brokerUrl: mosquitto.url, simulate: false },
      { rule: { ...rule, on, off } },
    );
    await home.publish("lamp/telemetry", JSON.stringify({ light: 1, ...off }));
    const { components } = await untilAnnounced(
      "lamp",
      ({ components: c }) => !!c["mode"]?.state_topic,
    );
    const mode = components["mode"];
    expect(mode?.platform).toBe("switch");
    const template = mode?.["value_template"];
    expect(JSON.parse(render(template, JSON.stringify({ light: 1, ...on })))).toEqual(on);
    expect(render(template, JSON.stringify({ light: 1, ...on, level: 1 }))).toBe("");
    expect(mode?.["payload_on"]).toBe(JSON.stringify(on));
  });

  it("ids that Home Assistant would confuse stay distinct", async () => {
    server = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
    const ids = {
      "lamp.1": "lamp_2E1",
      lamp_2E1: "lamp__2E1",
      "lamp 1": "lamp_201",
      Küche: "K_C3_BCche",
    };
    for (const id of Object.keys(ids)) await home.publish(`${id}/telemetry`, '{"light":1}');
    for (const [id, objectId] of Object.entries(ids))
      expect((await untilAnnounced(objectId)).device).toMatchObject({ name: id });
    const unique = announcements().flatMap(({ topic, payload }) =>
      Object.values(parseDiscovery(topic, payload).components).map((c) => c["unique_id"]),
    );
    expect(new Set(unique).size).toBe(2 * Object.keys(ids).length);
  });
});

it.each([{ homeAssistant: false }, { decide: false }])(
  "nothing is announced with %j",
  async (options) => {
    server = await startNightlight({ brokerUrl: mosquitto.url, simulate: false, ...options });
    await home.publish("lamp/telemetry", '{"light":1}');
    await until("the reading", async () => (await server?.device("lamp"))?.light === 1);
    await home.publish("homeassistant/status", "online");
    // When another server has announced its device, this server has had enough time to announce
    // one, too.
    const other = await startNightlight({ brokerUrl: mosquitto.url, simulate: false, id: "other" });
    await home.publish("marker/telemetry", '{"light":1}');
    await untilAnnounced("marker");
    expect(announcements().every(({ topic }) => topic.includes("marker"))).toBe(true);
    await other.stop();
  },
);
