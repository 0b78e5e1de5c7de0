/**
 * The protocol between device and server: topics, payloads, limits.
 *
 * The first field of `Telemetry` and of `Command` is the IoT lesson's and never changes; every
 * other field is optional, so that a lesson client may ignore it. This file runs on the device and
 * in Node, and imports nothing.
 */

/** The lesson's 10-bit light level: 0 is dark, 1023 is bright. */
export const LIGHT_MAX_RAW = 1023;

/**
 * The largest count on the wire: the largest integer that a JSON number holds exactly (53 bits).
 */
const COUNT_MAX = 9007199254740991;

/** Payload of `<ID>/telemetry`. */
export interface Telemetry {
  /** Light level, 0..1023. */
  light: number;
  /**
   * The LED when the reading was taken. A device that sends this field is commanded only if the LED
   * should change.
   */
  led_on?: boolean;
  /** Number of the reading within one run of the device, from 1. */
  seq?: number;
  /** A random number that identifies the run. With `seq` it identifies duplicate readings. */
  boot?: number;
  /** Age of the reading when it was sent, ms; absent if it was just taken. */
  age_ms?: number;
}

/** Payload of `<ID>/commands`. */
export interface Command {
  led_on: boolean;
  /**
   * `seq` and `boot` of the reading that this command answers; `boot` identifies the device's run.
   */
  seq?: number;
  boot?: number;
  /** Id of an ordered command. Ordered commands are applied once each, in the order of ids. */
  id?: number;
  /** Expiry of an ordered command, Unix time, ms. Afterwards the broker drops it. */
  expires_at?: number;
}

/** Payload of `<ID>/status` and of the server's status topic: retained; the will says `offline`. */
export type Status = "online" | "offline";

/** Payload of `<ID>/state`, retained. */
export interface State {
  led_on: boolean;
  /** Who decided the LED: the server's commands, or the device's own rule while it is alone. */
  decided_by: "server" | "device";
  /** Id of the last ordered command that was applied. */
  id?: number;
  /** The running program: the first 8 hexadecimal digits of its SHA-256. */
  program?: string;
  /**
   * Board and parts that the program was compiled for; absent: any board with its own sensor and
   * LED.
   */
  board?: string;
  /** True if the program or the settings came over the network and are not confirmed yet. */
  trial?: boolean;
  /** Why the last update, or the last new settings, were rolled back. */
  taken_back?: string;
  /** Why the previous run crashed; reported once. */
  crash?: string;
  /** The last refused order: its `n`, and the reason. */
  refused?: string;
  /** `n` of the order whose new settings were kept during this run. */
  set?: number;
  /**
   * Number of Wi-Fi networks that the runtime stores: 2 if it can try one and fall back to the
   * other, else absent.
   */
  networks?: number;
  /** Firmware version. */
  fw: string;
  uptime_s: number;
  /** Number of reconnects to the broker. */
  reconnects: number;
  /** Readings that the broker has not acknowledged. */
  outbox: number;
}

/** The result of parsing a payload: its value, or in `error` what is wrong with it. */
export interface Parsed<T> {
  value?: T;
  error?: string;
}

/** The topic prefixes. */
export interface TopicNames {
  /** Nightlight's prefix: empty, or with a slash at its end. */
  prefix: string;
  /** Prefix of Home Assistant's discovery, without a slash at its end. */
  discovery: string;
}

/** The last level of a device's topics. */
export const TOPIC_KINDS = ["telemetry", "commands", "status", "state", "desired"] as const;
export type TopicKind = (typeof TOPIC_KINDS)[number];

/**
 * Returns a topic of a device.
 * @param kind `update` is for orders sealed with the device's own key; only that device receives
 * them
 */
export function topicOf(id: string, kind: TopicKind | "update"): string {
  return id + "/" + kind;
}

/** Topic of a server's status, which says whether the server is online to decide; retained. */
export const SERVER_STATUS_TOPIC = "nightlight/server/status";

/**
 * Returns the lesson's client id of a device.
 * @param id including the topic prefix: on one broker, two prefixes may use the same device id
 */
export function deviceClientId(id: string): string {
  return id + "nightlight_client";
}

/**
 * Returns the lesson's client id of a server.
 * @param id including the topic prefix
 */
export function serverClientId(id: string): string {
  return id + "nightlight_server";
}

/** Telemetry as parsed by a server. */
export interface Reading {
  /** The values of the requested fields. */
  values: Record<string, number>;
  /** All fields that the device sent. */
  said: Record<string, unknown>;
  seq?: number;
  boot?: number;
  age_ms?: number;
}

/**
 * Parses a telemetry payload.
 * @param fields required fields, which must be numbers; `light` must be 0..1023
 */
export function parseTelemetry(text: string, fields: string[]): Parsed<Reading> {
  const { value, error } = parseJsonObject(text);
  if (!value) return { error };
  const reading: Reading = { values: {}, said: value };
  for (const field of fields) {
    const found = value[field];
    if (typeof found !== "number") return { error: refusal(field, found, "a number") };
    // JSON allows numbers such as 1e999 (RFC 8259, 6), but cannot represent the resulting Infinity.
    if (Math.abs(found) === Infinity) return { error: field + ": is too large for a number" };
    if (field === "light" && !(found >= 0 && found <= LIGHT_MAX_RAW))
      return { error: refusal(field, found, `a number from 0 to ${LIGHT_MAX_RAW}`) };
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

/** A device's state message with all fields it sent. Texts, counts and `decided_by` are checked. */
export type StateReport = Record<string, unknown> & Partial<Omit<State, "led_on">>;

/** Text fields of a state, with their maximum length in characters. */
const STATE_TEXTS: [field: string, max: number][] = [
  ["fw", 40],
  ["program", 64],
  ["board", 100],
  ["taken_back", 100],
  ["crash", 150],
  ["refused", 200],
];

export function parseState(text: string): Parsed<StateReport> {
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

/**
 * Checks an optional whole number and copies it to `to`.
 * @returns what is wrong with the number, or ""
 */
function optionalCount(from: Record<string, unknown>, field: string, to: object): string {
  const value = from[field];
  if (value === undefined) return "";
  if (
    typeof value !== "number" ||
    !(value >= 0 && value <= COUNT_MAX) ||
    Math.floor(value) !== value
  )
    return refusal(field, value, `a whole number from 0 to ${COUNT_MAX}`);
  (to as Record<string, unknown>)[field] = value;
  return "";
}

function refusal(field: string, found: unknown, allowed: string): string {
  return `${field}: expected ${allowed}, got ${shown(found)}`;
}

/**
 * Parses a JSON object. For malformed JSON, Node's parser throws and the device's returns
 * undefined; both become an `error`.
 */
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

/** Quotes a value for a log line, and shortens it if it is long. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 40 ? text.slice(0, 40) + "..." : text;
}
