import { spawnSync } from "node:child_process";
import { Ajv, type SchemaObject } from "ajv";

/** A component of a discovery payload, from which Home Assistant makes an entity. */
export type Component = Record<string, string | undefined> & { expire_after?: unknown };

export interface Discovery {
  device: Record<string, unknown>;
  origin: Record<string, unknown>;
  components: Record<string, Component>;
}

/* The keys that Home Assistant documents for the features used here, and which of them are
 * required: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload for the
 * whole, and /integrations/sensor.mqtt, /light.mqtt (default schema), /switch.mqtt,
 * /binary_sensor.mqtt. Home Assistant ignores unknown keys, so it would not report a typing error. */

const text = { type: "string", minLength: 1 };
const topic = { type: "string", pattern: "^[^+#\\u0000-\\u001f\\u007f-\\u009f]+$" };
const qos = { enum: [0, 1, 2] };

/** Keys of every entity. `unique_id` is required if the entity belongs to a discovered device. */
const ENTITY = {
  platform: text,
  unique_id: text,
  name: { type: ["string", "null"], minLength: 1 },
  availability_topic: topic,
  payload_available: text,
  payload_not_available: text,
  enabled_by_default: { type: "boolean" },
  entity_category: { enum: ["config", "diagnostic"] },
  icon: { type: "string", pattern: "^mdi:" },
  qos,
};

function component(required: string[], properties: SchemaObject): SchemaObject {
  return {
    type: "object",
    additionalProperties: false,
    required: ["platform", "unique_id", ...required],
    properties: { ...ENTITY, ...properties },
  };
}

const COMPONENTS: Record<string, SchemaObject> = {
  sensor: component(["state_topic"], {
    state_topic: topic,
    value_template: text,
    device_class: text,
    unit_of_measurement: text,
    state_class: { enum: ["measurement", "measurement_angle", "total", "total_increasing"] },
    expire_after: { type: "integer", minimum: 1 },
    force_update: { type: "boolean" },
    suggested_display_precision: { type: "integer" },
  }),
  light: component(["command_topic"], {
    command_topic: topic,
    payload_on: text,
    payload_off: text,
    state_topic: topic,
    state_value_template: text,
    optimistic: { type: "boolean" },
    retain: { type: "boolean" },
  }),
  switch: component(["command_topic"], {
    command_topic: topic,
    payload_on: text,
    payload_off: text,
    state_topic: topic,
    value_template: text,
    state_on: text,
    state_off: text,
    device_class: { enum: ["outlet", "switch"] },
    optimistic: { type: "boolean" },
    retain: { type: "boolean" },
  }),
  binary_sensor: component(["state_topic"], {
    state_topic: topic,
    value_template: text,
    payload_on: text,
    payload_off: text,
    device_class: { enum: ["connectivity"] },
    expire_after: { type: "integer", minimum: 1 },
    force_update: { type: "boolean" },
    off_delay: { type: "integer" },
  }),
};

const DEVICE = {
  type: "object",
  additionalProperties: false,
  required: ["device", "origin", "components"],
  properties: {
    device: {
      type: "object",
      additionalProperties: false,
      anyOf: [{ required: ["identifiers"] }, { required: ["connections"] }],
      properties: {
        identifiers: { type: "array", minItems: 1, items: text },
        connections: { type: "array" },
        name: text,
        manufacturer: text,
        model: text,
        model_id: text,
        hw_version: text,
        sw_version: text,
        serial_number: text,
        suggested_area: text,
        via_device: text,
        configuration_url: text,
      },
    },
    origin: {
      type: "object",
      additionalProperties: false,
      required: ["name"],
      properties: { name: text, sw_version: text, support_url: text },
    },
    components: {
      type: "object",
      additionalProperties: {
        type: "object",
        required: ["platform"],
        discriminator: { propertyName: "platform" },
        oneOf: Object.entries(COMPONENTS).map(([name, schema]) => ({
          ...schema,
          properties: { ...(schema["properties"] as object), platform: { const: name } },
        })),
      },
    },
    availability_topic: topic,
    state_topic: topic,
    command_topic: topic,
    qos,
    encoding: text,
  },
};

const ajv = new Ajv({ discriminator: true, allowUnionTypes: true });
const validate = ajv.compile<Discovery>(DEVICE);

/**
 * Parses a discovery message. Throws if the topic or payload differs from Home Assistant's
 * documentation.
 */
export function parseDiscovery(topicName: string, payload: string): Discovery {
  if (!/^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/.test(topicName))
    throw new Error(`not a discovery topic: ${topicName}`);
  const value: unknown = JSON.parse(payload);
  if (!validate(value)) throw new Error(`${ajv.errorsText(validate.errors)}: ${payload}`);
  return value;
}

const RENDER = `
import json, sys
from jinja2.sandbox import ImmutableSandboxedEnvironment
asked = json.load(sys.stdin)
template = ImmutableSandboxedEnvironment().from_string(asked["template"])
sys.stdout.write(template.render(value_json=json.loads(asked["payload"])))
`;

/** Renders a template for a message with Jinja in its sandbox, as Home Assistant does. */
export function render(template: string | undefined, payload: string): string {
  const input = JSON.stringify({ template, payload });
  const { status, stdout, stderr } = spawnSync("python3", ["-c", RENDER], { input });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout.toString();
}
