import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import {
  type DeviceTraits,
  discoveryPayload,
  discoveryTopic,
} from "../../server/home-assistant/discovery";
import { loadConfig } from "../../server/setup/config";

const { rule } = loadConfig();
const thermostat = loadConfig(join(ROOT, "docs/examples/thermostat.json")).rule;
const context = {
  topics: { prefix: "", discovery: "homeassistant" },
  rule,
  intervalMs: 1_000,
  silenceMs: 30_000,
};
const OURS: DeviceTraits = {
  hasStatus: true,
  reportsOn: "state",
  measures: true,
  isCommanded: true,
};
const LESSON: DeviceTraits = { hasStatus: false, measures: true, isCommanded: true };

interface Payload {
  device: Record<string, unknown>;
  components: Record<string, Record<string, unknown>>;
}

function payload(id: string, traits: DeviceTraits, more: Partial<typeof context> = {}): Payload {
  return discoveryPayload(id, traits, { ...context, ...more }) as Payload;
}

describe("a discovery topic", () => {
  it.each([
    ["lamp-1", "lamp-1"],
    ["a_b", "a__b"],
    ["a b", "a_20b"],
    ["ä", "_C3_A4"],
    ["x/y+#", "x_2Fy_2B_23"],
  ])("for %j is valid in Home Assistant", (id, objectId) => {
    expect(discoveryTopic(id, context)).toBe(`homeassistant/device/${objectId}/config`);
    // Home Assistant's TOPIC_MATCHER allows no other characters.
    expect(objectId).toMatch(/^[a-zA-Z0-9_-]+$/);
  });

  it("begins with Home Assistant's discovery prefix, and differs for each topic prefix", () => {
    const topics = { prefix: "house/", discovery: "our/ha" };
    expect(discoveryTopic("a", { ...context, topics })).toBe("our/ha/device/house_2Fa/config");
    const { device, components } = payload("a", LESSON, { topics });
    expect(device).toMatchObject({ name: "a", identifiers: ["nightlight_house_2Fa"] });
    expect(components["light"]).toMatchObject({
      state_topic: "house/a/telemetry",
      unique_id: "nightlight_house_2Fa_light",
    });
    expect(components["led_on"]).toMatchObject({ command_topic: "house/a/commands" });
  });

  it("differs for ids that differ only in escaped characters", () => {
    const ids = ["a_b", "a__b", "a b", "a_20b", "a__20b", "a-b", "a.b", "a_2Eb", "A_B", "ab"];
    expect(new Set(ids.map((id) => discoveryTopic(id, context))).size).toBe(ids.length);
  });

  it.each(["a\0", "\u001f", "a\u007fb", "\u0085"])(
    "does not exist for the control character in %j",
    (id) => {
      expect(discoveryTopic(id, context)).toBeUndefined();
    },
  );
});

describe("a discovery payload", () => {
  it("for our own device has light level, LED and connection, available while it is online", () => {
    const { device, components } = payload("lamp", { ...OURS, firmware: "1.2.3" });
    expect(device).toEqual({
      identifiers: ["nightlight_lamp"],
      name: "lamp",
      model: "Nightlight device",
      sw_version: "1.2.3",
    });
    expect(Object.keys(components)).toEqual(["light", "led_on", "connection"]);
    expect(components["light"]).toEqual({
      platform: "sensor",
      unique_id: "nightlight_lamp_light",
      name: "Light level",
      state_topic: "lamp/telemetry",
      value_template: '{{ value_json["light"] }}',
      state_class: "measurement",
      expire_after: 3,
      availability_topic: "lamp/status",
    });
    expect(components["led_on"]).toMatchObject({
      platform: "light",
      name: "LED",
      command_topic: "lamp/commands",
      payload_on: '{"led_on":true}',
      payload_off: '{"led_on":false}',
      state_topic: "lamp/state",
    });
    expect(components["connection"]).toMatchObject({
      device_class: "connectivity",
      state_topic: "lamp/status",
    });
    expect(components["connection"]).not.toHaveProperty("availability_topic");
  });

  it("for a lesson device has no status, so its silence shows that it is gone", () => {
    const { device, components } = payload("desk", LESSON);
    expect(device).not.toHaveProperty("sw_version");
    expect(Object.keys(components)).toEqual(["light", "led_on"]);
    expect(components["light"]?.["expire_after"]).toBe(30);
    for (const component of Object.values(components)) {
      expect(component).not.toHaveProperty("availability_topic");
      expect(component).not.toHaveProperty("state_value_template");
    }
    expect(components["led_on"]).not.toHaveProperty("state_topic");
  });

  it("for a group has a sensor for each of its sensors, and a light for each light", () => {
    expect(Object.keys(payload("north", { ...OURS, isCommanded: false }).components)).toEqual([
      "light",
      "connection",
    ]);
    expect(Object.keys(payload("mast", { ...OURS, measures: false }).components)).toEqual([
      "led_on",
      "connection",
    ]);
  });

  it("for a thermostat has a sensor for each field, and a switch", () => {
    const { components } = payload("home", OURS, { rule: thermostat });
    expect(Object.keys(components)).toEqual([
      "thermostat_temperature",
      "livingroom_temperature",
      "bedroom_temperature",
      "heating_on",
      "connection",
    ]);
    expect(components["bedroom_temperature"]?.["name"]).toBe("Bedroom temperature");
    expect(components["heating_on"]).toMatchObject({ platform: "switch", name: "Heating" });
    expect(components["heating_on"]?.["value_template"]).toBe(
      '{% if value_json["heating_on"] == true %}{{ "{\\"heating_on\\":true}" }}' +
        '{% elif value_json["heating_on"] == false %}{{ "{\\"heating_on\\":false}" }}{% endif %}',
    );
  });

  it("has ids that differ from component to component", () => {
    const { components } = payload("home", OURS, { rule: thermostat });
    const ids = Object.values(components).map((component) => component["unique_id"]);
    expect(new Set(ids).size).toBe(5);
  });
});
