/**
 * What the device and the server say to each other: topics, payloads, limits.
 *
 * The first field of `Telemetry` and of `Command` is the IoT lesson's and never changes; every
 * other field is optional, so that a lesson client may ignore it. This file runs on the device
 * and in Node, and imports nothing.
 */

/** The lesson's 10-bit light level: 0 is dark, 1023 is bright. */
export const LIGHT_MAX = 1023;

/** The largest count on the wire: what 53 bits of a JSON number hold exactly. */
const COUNT_MAX = 9007199254740991;

/** Payload of `<ID>/telemetry`. */
export interface Telemetry {
  /** Light level, 0..1023. */
  light: number;
  /** The LED when the reading was taken: such a device is commanded only when it should change. */
  led_on?: boolean;
  /** Counts the readings of one run of the device, from 1. */
  seq?: number;
  /** A random number that names the run: with `seq` it tells a reading that came twice. */
  boot?: number;
  /** How long before it was sent the reading was taken, ms; absent when just now. */
  age_ms?: number;
}

/** Payload of `<ID>/commands`. */
export interface Command {
  led_on: boolean;
  /** The reading that this answers; with `boot`, its run. */
  seq?: number;
  boot?: number;
  /** Of an ordered command: done once, in the order of ids. */
  id?: number;
  /** Of an ordered command: void from then on, Unix time, ms. The broker drops it. */
  expires_at?: number;
}

/** Payload of `<ID>/status` and of the server's: retained, and the will says offline. */
export type Status = "online" | "offline";

/** Payload of `<ID>/state`, retained. */
export interface State {
  led_on: boolean;
  /** Who decided that: the server's commands, or the device's own rule while it is alone. */
  decided_by: "server" | "device";
  /** The last ordered command that was done. */
  id?: number;
  /** Which program runs: the first 8 hexadecimal digits of its SHA-256. */
  program?: string;
  /** The board and the parts that it was compiled for; absent: any that brings sensor and LED with it. */
  board?: string;
  /** The program, or new settings, came over the network, and are not confirmed yet. */
  trial?: boolean;
  /** Why the last update, or new settings, were taken back. */
  taken_back?: string;
  /** What the run before died of; said once. */
  crash?: string;
  /** The last order that was refused: its `n`, and why. */
  refused?: string;
  /** The `n` of the order whose new settings this run has kept. */
  set?: number;
  /** How many Wi-Fi networks the runtime keeps, if it can try one and go back: 2. */
  networks?: number;
  /** Firmware version. */
  fw: string;
  uptime_s: number;
  /** How often a lost connection was made again. */
  reconnects: number;
  /** Readings that wait for the broker's acknowledgement. */
  outbox: number;
}

/** Either the value, or in `error` what is wrong with the payload. */
export interface Parsed<T> {
  value?: T;
  error?: string;
}

/** What topics begin with. */
export interface TopicNames {
  /** Ours: empty, or with a slash at its end. */
  prefix: string;
  /** Those of Home Assistant's discovery: without a slash at its end. */
  discovery: string;
}

/** The last level of a device's topics. */
export const TOPIC_KINDS = ["telemetry", "commands", "status", "state", "desired"] as const;
export type TopicKind = (typeof TOPIC_KINDS)[number];

/** @param kind `update`: orders by the device's own key, which only that device hears. */
export function topicOf(id: string, kind: TopicKind | "update"): string {
  return id + "/" + kind;
}

/** Where a server says that it is there to decide; retained. */
export const SERVER_STATUS_TOPIC = "nightlight/server/status";

/**
 * The lesson's client id of a device.
 * @param id after the prefix of its topics: on one broker, another prefix may have the same id
 */
export function deviceClientId(id: string): string {
  return id + "nightlight_client";
}

/**
 * The lesson's client id of a server.
 * @param id after the prefix of its topics
 */
export function serverClientId(id: string): string {
  return id + "nightlight_server";
}

/** Telemetry as a server takes it in. */
export interface Reading {
  /** The fields that were asked for. */
  values: Record<string, number>;
  /** Everything that the device said. */
  said: Record<string, unknown>;
  seq?: number;
  boot?: number;
  age_ms?: number;
}

/** @param fields that have to be there, as numbers; `light` is 0..1023 */
export function parseTelemetry(text: string, fields: string[]): Parsed<Reading> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const reading: Reading = { values: {}, said: value };
  for (const field of fields) {
    const found = value[field];
    if (typeof found !== "number") return { error: refusal(field, found, "a number") };
    // JSON may have it, as 1e999 (RFC 8259, 6), but can't write what becomes of it.
    if (Math.abs(found) === Infinity) return { error: field + ": is too large for a number" };
    if (field === "light" && !(found >= 0 && found <= LIGHT_MAX))
      return { error: refusal(field, found, `a number from 0 to ${LIGHT_MAX}`) };
    reading.values[field] = found;
  }
  const wrong =
    optionalCount(value, "seq", reading) ||
    optionalCount(value, "boot", reading) ||
    optionalCount(value, "age_ms", reading);
  return wrong ? { error: wrong } : { value: reading };
}

export function parseCommand(text: string): Parsed<Command> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const ledOn = value["led_on"];
  if (typeof ledOn !== "boolean") return { error: refusal("led_on", ledOn, "true or false") };
  const command: Command = { led_on: ledOn };
  for (const field of ["seq", "boot", "id"]) {
    const wrong = optionalCount(value, field, command);
    if (wrong) return { error: wrong };
  }
  return { value: command };
}

export function parseStatus(text: string): Parsed<Status> {
  if (text === "online" || text === "offline") return { value: text };
  return { error: `status: expected online or offline, got ${shown(text)}` };
}

/** What a device says of itself: everything that it said, the fields known here checked. */
export type Report = Record<string, unknown> & Partial<Omit<State, "led_on">>;

/** Texts of a state, and how long they may be, characters. */
const STATE_TEXTS: [field: string, max: number][] = [
  ["fw", 40],
  ["program", 64],
  ["board", 100],
  ["taken_back", 100],
  ["crash", 150],
  ["refused", 200],
];

export function parseState(text: string): Parsed<Report> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const { decided_by } = value;
  if (decided_by !== undefined && decided_by !== "server" && decided_by !== "device")
    return { error: refusal("decided_by", decided_by, '"server" or "device"') };
  for (const [field, max] of STATE_TEXTS) {
    const text = value[field];
    if (text !== undefined && (typeof text !== "string" || text.length > max))
      return { error: refusal(field, text, `text of at most ${max} characters`) };
  }
  const wrong =
    optionalCount(value, "id", value) ||
    optionalCount(value, "set", value) ||
    optionalCount(value, "networks", value) ||
    optionalCount(value, "uptime_s", value) ||
    optionalCount(value, "reconnects", value) ||
    optionalCount(value, "outbox", value);
  return wrong ? { error: wrong } : { value: value };
}

/** Takes over a whole number that may be missing. @returns what is wrong with it, or "" */
function optionalCount(from: Record<string, unknown>, field: string, to: object): string {
  const value = from[field];
  if (value === undefined) return "";
  if (
    typeof value !== "number" ||
    !(value >= 0 && value <= COUNT_MAX) ||
    Math.floor(value) !== value
  )
    return refusal(field, value, "a whole number from 0");
  (to as Record<string, unknown>)[field] = value;
  return "";
}

function refusal(field: string, found: unknown, allowed: string): string {
  return `${field}: expected ${allowed}, got ${shown(found)}`;
}

/** Node throws on malformed JSON, the device's parser answers undefined: both end here. */
export function parseJsonObject(text: string): Parsed<Record<string, unknown>> {
  let value: unknown = undefined;
  // Some editors and languages put a byte order mark before UTF-8 [RFC 8259, 8.1].
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { error: "payload is not a JSON object" };
  return { value: value as Record<string, unknown> };
}

/** A value as it may be quoted in a log line: short, whatever was sent. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 40 ? text.slice(0, 40) + "..." : text;
}
