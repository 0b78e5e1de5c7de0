/**
 * What the device and the server say to each other: topics, payloads, limits.
 *
 * The first field of `Telemetry` and of `Command` is the IoT lesson's and never changes; every
 * other field is optional, so that a lesson client may ignore it. This file runs on the device
 * and in Node, and imports nothing.
 */

/** The lesson's 10-bit light level: 0 is dark, 1023 is bright. */
export const LIGHT_MAX = 1023;

/** A payload beyond this is refused unread. */
export const PAYLOAD_MAX_BYTES = 1024;

/** Payload of `<ID>/telemetry`. */
export interface Telemetry {
  /** Light level, 0..1023. */
  light: number;
}

/** Payload of `<ID>/commands`. */
export interface Command {
  led_on: boolean;
}

/** Either the value, or in `error` what is wrong with the payload. */
export interface Parsed<T> {
  value?: T;
  error?: string;
}

export function telemetryTopic(id: string): string {
  return id + "/telemetry";
}

export function commandsTopic(id: string): string {
  return id + "/commands";
}

/** The lesson's client id of a device. */
export function deviceClientId(id: string): string {
  return id + "nightlight_client";
}

/** The lesson's client id of a server. */
export function serverClientId(id: string): string {
  return id + "nightlight_server";
}

export function parseTelemetry(text: string): Parsed<Telemetry> {
  const parsed = parseObject(text);
  if (!parsed.value) return { error: parsed.error };
  const light = parsed.value["light"];
  if (typeof light !== "number" || !(light >= 0 && light <= LIGHT_MAX))
    return { error: `light: found ${shown(light)}, allowed is a number from 0 to ${LIGHT_MAX}` };
  return { value: { light } };
}

export function parseCommand(text: string): Parsed<Command> {
  const parsed = parseObject(text);
  if (!parsed.value) return { error: parsed.error };
  const ledOn = parsed.value["led_on"];
  if (typeof ledOn !== "boolean")
    return { error: `led_on: found ${shown(ledOn)}, allowed is true or false` };
  return { value: { led_on: ledOn } };
}

/** Node throws on malformed JSON, the device's parser answers undefined: both end here. */
function parseObject(text: string): Parsed<Record<string, unknown>> {
  if (text.length > PAYLOAD_MAX_BYTES)
    return { error: `payload of ${text.length} characters, allowed are ${PAYLOAD_MAX_BYTES}` };
  let value: unknown = undefined;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (value === undefined) return { error: "payload is not JSON" };
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { error: "payload is not a JSON object" };
  return { value: value as Record<string, unknown> };
}

/** A value as it may be quoted in a log line: short, whatever was sent. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 40 ? text.slice(0, 40) + "…" : text;
}
