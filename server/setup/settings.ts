import { existsSync } from "node:fs";
import { join } from "node:path";
import { SETTING_NAMES, settingError, type SettingName } from "../../src/common/settings";
import { ROOT } from "../base/root";
import { readText } from "../base/text";
import { UserError } from "../base/user-error";
import { brokerUrlError } from "./broker-url";

/** What `.env.local` sets: the device reads the same names with `readSetting`. */
export type Settings = Partial<Record<SettingName, string>>;

export const SETTINGS_FILE = ".env.local";
/** Not for the device: which parts its program is built for. */
const PARTS = "PARTS";
const NAMES = [...SETTING_NAMES, PARTS] as const;
type Name = (typeof NAMES)[number];
/** The store on the device has room for 15 characters, and takes one or two for itself. */
const NAME_MAX_CHARS = 13;

/** @throws UserError naming the file, the line and what to write instead */
export function readSettings(path = join(ROOT, SETTINGS_FILE)): Settings {
  return existsSync(path) ? parseSettings(readText(path)) : {};
}

/**
 * For one of several devices on a Raspberry Pi: what is not in a file of its own is as in the
 * common one, but for the update key, which is one device's alone.
 * @throws UserError as `readSettings`
 */
export function readSettingsOf(id: string, folder = ROOT): Settings {
  const file = `.env.${id}.local`;
  const path = join(folder, file);
  const own = existsSync(path) ? parseSettings(readText(path), file) : {};
  const { BROKER, MQTT_USER, MQTT_PWD } = readSettings(join(folder, SETTINGS_FILE));
  // A password belongs to its user.
  const login = own.MQTT_USER === undefined ? { MQTT_USER, MQTT_PWD } : {};
  return { BROKER, ...login, ...own };
}

/**
 * What the file says of a board's parts, as `--parts` takes it; empty if nothing.
 * @throws UserError as `readSettings`
 */
export function readPartsLine(path = join(ROOT, SETTINGS_FILE)): string {
  return existsSync(path) ? (parseLines(readText(path), SETTINGS_FILE)[PARTS] ?? "") : "";
}

/**
 * Reads settings as the DeviceScript CLI does when it sends them to a device, but refuses if
 * the CLI would quietly drop or change something.
 */
export function parseSettings(text: string, file = SETTINGS_FILE): Settings {
  const lines = parseLines(text, file);
  const settings: Settings = {};
  for (const name of SETTING_NAMES) if (lines[name] !== undefined) settings[name] = lines[name];
  if (settings.MQTT_PWD && !settings.MQTT_USER)
    throw new UserError(`${file}: MQTT_PWD: needs MQTT_USER beside it`); // [MQTT-3.1.2-22]
  if (settings.WIFI_PWD && !settings.WIFI_SSID)
    throw new UserError(`${file}: WIFI_PWD: needs WIFI_SSID beside it`);
  return settings;
}

function parseLines(text: string, file: string): Partial<Record<Name, string>> {
  const settings: Partial<Record<Name, string>> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const fail = (problem: string): never => {
      throw new UserError(`${file}:${index + 1}: ${problem}`);
    };
    const { name, value } = parseLine(line, fail);
    if (settings[name] !== undefined) fail(`${name}: is set twice`);
    if (value === "") continue;
    const problem = checkValue(name, value);
    if (problem) fail(`${name}: ${problem}`);
    settings[name] = value;
  }
  return settings;
}

type Fail = (problem: string) => never;

function parseLine(line: string, fail: Fail): { name: Name; value: string } {
  const equals = line.indexOf("=");
  if (equals < 0) return fail("is not NAME=value");
  const name = checkName(line.slice(0, equals), fail);
  const raw = line.slice(equals + 1);
  if (raw.startsWith(" ")) return fail(`${name}: no spaces around the "="`);
  if (line.includes("#"))
    return fail(`${name}: a line with a "#" is dropped; write it as \\u0023, in double quotes`);
  return { name, value: parseValue(name, raw, fail) };
}

function checkName(name: string, fail: Fail): Name {
  if (name !== name.trim()) return fail(`${name.trim()}: no spaces around the name`);
  const known = NAMES.find((candidate) => candidate === name);
  if (known) return known;
  if (/(^|_)(CA|CERT|KEY|TLS)/i.test(name)) return fail(`${name}: ${NO_PRIVATE_CA}`);
  if (name.length > NAME_MAX_CHARS)
    return fail(`${name}: expected at most ${NAME_MAX_CHARS} characters, got ${name.length}`);
  return fail(`${name}: is not a setting, expected one of ${NAMES.join(", ")}`);
}

/** What the runtime can't do: said wherever someone tries. */
export const NO_PRIVATE_CA =
  "a board trusts only the public CAs built into its runtime, and sends no client certificate; see docs/boards.md";

/** The CLI takes whatever is JSON as JSON, and all else as text. */
function parseValue(name: string, raw: string, fail: Fail): string {
  let value: unknown = raw;
  try {
    value = JSON.parse(raw);
  } catch {
    if (raw.startsWith('"')) fail(`${name}: what stands in double quotes is not a JSON string`);
    if (/^'.*'$/.test(raw)) fail(`${name}: single quotes would be part of it, use double quotes`);
    if (raw !== raw.trimEnd()) fail(`${name}: ends in a space; remove it, or use double quotes`);
  }
  if (typeof value === "string") return value;
  return fail(`${name}: would not arrive as text; put it in double quotes: ${name}="..."`);
}

function checkValue(name: Name, value: string): string | undefined {
  // Which ones go, the board decides.
  if (name === PARTS) return undefined;
  const problem = settingError(name, value);
  if (problem !== undefined || name !== "BROKER") return problem;
  return brokerUrlError(value, "device");
}
