import { type Fields, fieldsOf, type ServerRule } from "../../src/common/server-rule";
import { type TopicNames, topicOf } from "../../src/common/wire";
import { VERSION } from "../base/version";

/**
 * Payloads of Home Assistant's MQTT discovery for whole devices:
 * https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload. Pure.
 */

/** The properties of a device on which its announcement depends. */
export interface DeviceTraits {
  /** The name that a person has given the device. */
  name?: string | undefined;
  /** Whether the device has a status topic. */
  hasStatus: boolean;
  /** The topic on which the device reports whether it is on or off. */
  reportsOn?: "state" | "telemetry";
  /** Whether the device sends readings. */
  measures: boolean;
  /**
   * Whether the server commands the device, because of the device's own readings or of a group's.
   */
  isCommanded: boolean;
  /** Firmware version. */
  firmware?: string;
}

export interface DiscoveryContext {
  topics: TopicNames;
  rule: ServerRule;
  /** Longest time between two readings of our firmware, ms. */
  intervalMs: number;
  /**
   * Silence after which a device with other firmware counts as offline, ms: how often such a device
   * sends readings is unknown.
   */
  silenceMs: number;
}

type Component = Record<string, string | number | null>;

/**
 * @returns the topic of a device's announcement; undefined if Home Assistant refuses the id in a
 * topic
 */
export function discoveryTopic(id: string, { topics }: DiscoveryContext): string | undefined {
  // Home Assistant's valid_topic refuses control characters.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(id)) return undefined;
  return `${topics.discovery}/device/${objectId(topics.prefix + id)}/config`;
}

export function discoveryPayload(
  deviceId: string,
  traits: DeviceTraits,
  context: DiscoveryContext,
): object {
  const { firmware, name = deviceId } = traits;
  // The prefix is part of the id, because two houses on one broker may have devices with the same
  // id.
  const id = context.topics.prefix + deviceId;
  return {
    device: {
      identifiers: [uniqueId(id)],
      name,
      model: "Nightlight device",
      ...(firmware !== undefined && { sw_version: firmware }),
    },
    origin: { name: "Nightlight", sw_version: VERSION },
    components: {
      ...(traits.measures && sensors(id, traits, context)),
      ...(traits.isCommanded && actuator(id, traits, context.rule)),
      ...(traits.hasStatus && connection(id)),
    },
    qos: 1,
  };
}

/**
 * A sensor for each field that the rule reads. A raw light level is not an illuminance, so its
 * sensor has no unit.
 */
function sensors(
  id: string,
  traits: DeviceTraits,
  context: DiscoveryContext,
): Record<string, Component> {
  const { rule, intervalMs, silenceMs } = context;
  const expireAfterMs = traits.hasStatus ? 3 * intervalMs : silenceMs;
  return Object.fromEntries(
    fieldsOf(rule).map((field) => [
      field,
      {
        platform: "sensor",
        unique_id: uniqueId(id, field),
        name: field === "light" ? "Light level" : words(field),
        state_topic: topicOf(id, "telemetry"),
        value_template: `{{ value_json[${JSON.stringify(field)}] }}`,
        state_class: "measurement",
        expire_after: Math.ceil(expireAfterMs / 1000),
        ...availability(id, traits),
      },
    ]),
  );
}

/** The output that the rule switches: a light for an LED, otherwise a switch. */
function actuator(id: string, traits: DeviceTraits, rule: ServerRule): Record<string, Component> {
  const [field = "on"] = Object.keys(rule.on);
  const isLed =
    JSON.stringify([rule.on, rule.off]) === JSON.stringify([{ led_on: true }, { led_on: false }]);
  const { reportsOn } = traits;
  // Without a state topic, Home Assistant assumes that a command was carried out.
  const state = reportsOn && {
    state_topic: topicOf(id, reportsOn),
    [isLed ? "state_value_template" : "value_template"]: stateTemplate(rule),
  };
  return {
    [field]: {
      platform: isLed ? "light" : "switch",
      unique_id: uniqueId(id, field),
      name: isLed ? "LED" : words(field.replace(/_on$/, "")),
      command_topic: topicOf(id, "commands"),
      payload_on: JSON.stringify(rule.on),
      payload_off: JSON.stringify(rule.off),
      ...state,
      ...availability(id, traits),
    },
  };
}

/**
 * A sensor for whether the device is connected. Its value is also known while the device is
 * offline, so the sensor has no availability topic.
 */
function connection(id: string): Record<string, Component> {
  return {
    connection: {
      platform: "binary_sensor",
      unique_id: uniqueId(id, "connection"),
      name: "Connection",
      device_class: "connectivity",
      entity_category: "diagnostic",
      state_topic: topicOf(id, "status"),
      payload_on: "online",
      payload_off: "offline",
    },
  };
}

/** Home Assistant's default payloads are `online` and `offline`, so they are not set here. */
function availability(id: string, { hasStatus }: DeviceTraits): Component {
  return hasStatus ? { availability_topic: topicOf(id, "status") } : {};
}

/**
 * A Home Assistant template that turns a reported state into the command that leads to it. If no
 * command leads to that state, the template's result is empty.
 */
function stateTemplate({ on, off }: ServerRule): string {
  const says = (side: Fields) =>
    Object.entries(side)
      .map(([field, value]) => `value_json[${JSON.stringify(field)}] == ${JSON.stringify(value)}`)
      .join(" and ");
  const gives = (side: Fields) => `{{ ${JSON.stringify(JSON.stringify(side))} }}`;
  return `{% if ${says(on)} %}${gives(on)}{% elif ${says(off)} %}${gives(off)}{% endif %}`;
}

function uniqueId(id: string, part?: string): string {
  const base = `nightlight_${objectId(id)}`;
  return part === undefined ? base : `${base}_${part}`;
}

/**
 * Encodes an id in letters, digits, `_` and `-`, the only characters that a discovery topic may
 * have. Other bytes become `_` and two hexadecimal digits, and `_` is doubled, so that no two ids
 * get the same result.
 */
function objectId(id: string): string {
  return [...Buffer.from(id)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9-]/.test(character)) return character;
      return character === "_" ? "__" : `_${byte.toString(16).padStart(2, "0").toUpperCase()}`;
    })
    .join("");
}

/** Turns `bedroom_temperature` into `Bedroom temperature`. */
function words(field: string): string {
  const text = field.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
