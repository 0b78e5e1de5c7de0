/** Checks settings for a Wio Terminal. Each mistake is described in one line. Pure. */
import { parseBrokerAddress } from "../../src/common/broker-address";
import { SETTING_NAMES, settingError, type SettingName } from "../../src/common/settings";
import type { SettingChanges } from "./board-settings";

/** The names of the settings in messages. */
export const SETTING_WORDS: Record<SettingName, string> = {
  ID: "id",
  BROKER: "broker",
  MQTT_USER: "user",
  MQTT_PWD: "password of the user",
  UPDATE_KEY: "update key",
  WIFI_SSID: "Wi-Fi name",
  WIFI_PWD: "Wi-Fi password",
};

export interface SettingMistake {
  setting: SettingName;
  /** A text such as "id: expected …, got …". Never contains a password. */
  line: string;
}

export function findMistakes(changes: SettingChanges): SettingMistake[] {
  const mistakes: SettingMistake[] = [];
  for (const setting of SETTING_NAMES) {
    const value = changes[setting];
    const problem = typeof value === "string" ? valueError(setting, value) : undefined;
    if (problem !== undefined)
      mistakes.push({ setting, line: `${SETTING_WORDS[setting]}: ${problem}` });
  }
  if (changes.MQTT_PWD && !changes.MQTT_USER)
    // MQTT allows no password without a user [MQTT-3.1.2-22].
    mistakes.push({ setting: "MQTT_PWD", line: "password of the user: needs the user beside it" });
  if (changes.WIFI_PWD && !changes.WIFI_SSID)
    mistakes.push({ setting: "WIFI_PWD", line: "Wi-Fi password: needs the Wi-Fi name beside it" });
  return mistakes;
}

function valueError(setting: SettingName, value: string): string | undefined {
  if (value === "") return "expected a text, got nothing";
  return settingError(setting, value) ?? (setting === "BROKER" ? brokerError(value) : undefined);
}

function brokerError(text: string): string | undefined {
  const address = parseBrokerAddress(text);
  // The text before an @ may contain a password, so it is not shown.
  const got = `got "${text.replace(/.*@/, "…@")}"`;
  if (typeof address === "string") return `${address}, ${got}`;
  if (address.scheme.startsWith("ws"))
    return `expected mqtt://, because boards do not support WebSockets, ${got}`;
  if (address.tls) return `expected mqtt://, because the Wio Terminal does not support TLS, ${got}`;
  if (address.host.includes(":"))
    return `expected a name or an IPv4 address, because the Wio Terminal does not support IPv6, ${got}`;
  if (/^(localhost|127\..*)$/.test(address.host))
    return `expected this computer's address in the network, because ${address.host} means the board itself, ${got}`;
  return undefined;
}
