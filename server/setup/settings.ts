import { existsSync } from "node:fs";
import { join } from "node:path";
import { SETTING_NAMES, settingError, type SettingName } from "../../src/common/settings";
import { ROOT } from "../base/root";
import { readText } from "../base/text";
import { UserError } from "../base/user-error";
import { brokerUrlError, readBrokerUrl } from "./broker-url";

/** The settings in `.env.local`; the device reads the same names with `readSetting`. */
export type Settings = Partial<Record<SettingName, string>>;

export const SETTINGS_FILE = ".env.local";
/**
 * Setting that names the parts for which a device's program is built; it is not sent to the device.
 */
const PARTS = "PARTS";
const NAMES = [...SETTING_NAMES, PARTS] as const;
type Name = (typeof NAMES)[number];
/**
 * Maximum length of a setting's name: 15 characters on the device, of which its store uses one or
 * two.
 */
const NAME_MAX_CHARS = 13;

/**
 * Reads the settings from the file; empty if there is no file.
 * @throws UserError with file, line and how to fix it
 */
export function readSettings(path = join(ROOT, SETTINGS_FILE)): Settings {
  return existsSync(path) ? parseSettings(readText(path)) : {};
}

/**
 * Reads the settings of one of several devices on a Raspberry Pi. If the device's own file sets no
 * broker or no login, these come from the common file. The update key does not, because it belongs
 * to one device only.
 * @throws UserError as `readSettings`
 */
export function readSettingsOf(id: string, folder = ROOT): Settings {
  const file = `.env.${id}.local`;
  const path = join(folder, file);
  const own = existsSync(path) ? parseSettings(readText(path), file) : {};
  const { BROKER, MQTT_USER, MQTT_PWD } = readSettings(join(folder, SETTINGS_FILE));
  // A password belongs to its user, so both come from the same file.
  const login = own.MQTT_USER === undefined ? { MQTT_USER, MQTT_PWD } : {};
  return { BROKER, ...login, ...own };
}

/**
 * Reads the parts of a board from the file, in the syntax of `--parts`; empty if there are none.
 * @throws UserError as `readSettings`
 */
export function readPartsLine(path = join(ROOT, SETTINGS_FILE)): string {
  return existsSync(path) ? (parseLines(readText(path), SETTINGS_FILE)[PARTS] ?? "") : "";
}

/**
 * Returns a line about settings that a person may expect `npm start` to use, or undefined. A file
 * with a Wi-Fi network is for a board, so such a file needs no line at each start.
 * @param used the id and the broker that `npm start` uses
 */
export function ignoredSettings(
  { ID, BROKER, WIFI_SSID }: Settings,
  used: { id: string; brokerUrl: string | undefined },
): string | undefined {
  if (WIFI_SSID !== undefined) return undefined;
  const names: string[] = [];
  if (ID !== undefined && ID !== used.id) names.push("ID");
  if (BROKER !== undefined && readBrokerUrl("BROKER", BROKER, "device") !== used.brokerUrl)
    names.push("BROKER");
  if (names.length === 0) return undefined;
  const flags = names.map((name) => `--${name.toLowerCase()}`).join(" and ");
  const [are, them] = names.length > 1 ? ["are", "them"] : ["is", "it"];
  return `Note: ${SETTINGS_FILE}: ${names.join(" and ")} ${are} for boards, npm start ignores ${them}; use ${flags}`;
}

/**
 * Parses settings like the DeviceScript CLI when it sends them to a device, but refuses lines that
 * the CLI would silently drop or change.
 */
export function parseSettings(text: string, file = SETTINGS_FILE): Settings {
  const lines = parseLines(text, file);
  const settings: Settings = {};
  for (const name of SETTING_NAMES) if (lines[name] !== undefined) settings[name] = lines[name];
  if (settings.MQTT_PWD && !settings.MQTT_USER)
    throw new UserError(`${file}: MQTT_PWD: requires MQTT_USER to be set`); // [MQTT-3.1.2-22]
  if (settings.WIFI_PWD && !settings.WIFI_SSID)
    throw new UserError(`${file}: WIFI_PWD: requires WIFI_SSID to be set`);
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
  if (equals < 0) return fail("expected NAME=value");
  const name = checkName(line.slice(0, equals), fail);
  const raw = line.slice(equals + 1);
  if (raw.startsWith(" ")) return fail(`${name}: expected no space after the "="`);
  if (line.includes("#"))
    return fail(
      `${name}: DeviceScript ignores a line with a "#"; write it as \\u0023, in double quotes`,
    );
  return { name, value: parseValue(name, raw, fail) };
}

function checkName(name: string, fail: Fail): Name {
  if (name !== name.trim()) return fail(`${name.trim()}: expected no spaces around the name`);
  const known = NAMES.find((candidate) => candidate === name);
  if (known) return known;
  if (/(^|_)(CA|CERT|KEY|TLS)/i.test(name)) return fail(`${name}: ${NO_PRIVATE_CA}`);
  if (name.length > NAME_MAX_CHARS)
    return fail(`${name}: expected at most ${NAME_MAX_CHARS} characters, got ${name.length}`);
  return fail(`${name}: is not a setting, expected one of ${NAMES.join(", ")}`);
}

/**
 * The error for a private CA, wherever a person configures one: the runtime does not support it.
 */
export const NO_PRIVATE_CA =
  "a board trusts only the public CAs built into its runtime, and sends no client certificate; see docs/boards.md";

/** The CLI parses a value as JSON if it can, and takes any other value as text. */
function parseValue(name: string, raw: string, fail: Fail): string {
  let value: unknown = raw;
  try {
    value = JSON.parse(raw);
  } catch {
    if (raw.startsWith('"')) fail(`${name}: expected a JSON string in the double quotes`);
    if (/^'.*'$/.test(raw))
      fail(`${name}: single quotes would be part of the value; use double quotes`);
    if (raw !== raw.trimEnd()) fail(`${name}: ends in a space; remove it, or use double quotes`);
  }
  if (typeof value === "string") return value;
  return fail(`${name}: would not be sent as text; put the value in double quotes: ${name}="..."`);
}

function checkValue(name: Name, value: string): string | undefined {
  // The parts are not checked here, because the board decides which parts are valid.
  if (name === PARTS) return undefined;
  const problem = settingError(name, value);
  if (problem !== undefined || name !== "BROKER") return problem;
  return brokerUrlError(value, "device");
}
