/** A device's own settings, by the names that `readSetting` takes. Pure. */
import { patternExpected, textError } from "./id";

export const SETTING_NAMES = [
  "ID",
  "BROKER",
  "MQTT_USER",
  "MQTT_PWD",
  "UPDATE_KEY",
  "WIFI_SSID",
  "WIFI_PWD",
] as const;

export type SettingName = (typeof SETTING_NAMES)[number];

/** Maximum length of a value as JSON, bytes: name and value travel in one Jacdac packet. */
const VALUE_MAX_BYTES = 200;
/** Maximum length of a Wi-Fi network's name: IEEE 802.11, 9.4.2.2. */
const WIFI_NAME_MAX_BYTES = 32;
/** Limits for WPA passphrases: IEEE 802.11, annex J.4. */
const [WIFI_PASSWORD_MIN_BYTES, WIFI_PASSWORD_MAX_BYTES] = [8, 63];

/**
 * Checks the value of a setting. A `BROKER` value is not parsed; only its length is limited.
 * @returns what is wrong with the value, or undefined
 */
export function settingError(name: SettingName, value: string): string | undefined {
  const wrong = textError(value);
  if (wrong !== undefined) return wrong;
  const bytes = utf8Bytes(value);
  const escapedBytes = utf8Bytes(JSON.stringify(value).slice(1, -1));
  if (escapedBytes > VALUE_MAX_BYTES) {
    const escapes = escapedBytes > bytes ? ' with the \\ before each " and \\' : "";
    return `expected at most ${VALUE_MAX_BYTES} bytes, got ${escapedBytes}${escapes}`;
  }
  if (name === "ID") {
    if (value.split("*").length > 2) return `expected at most one *, got "${value}"`;
    return patternExpected(value);
  }
  if (name === "UPDATE_KEY" && !isKey(value))
    return "expected 64 of the digits 0-9 and a-f; see docs/updates.md";
  if (name === "WIFI_SSID" && bytes > WIFI_NAME_MAX_BYTES)
    return `expected at most ${WIFI_NAME_MAX_BYTES} bytes, got ${bytes}`;
  if (name === "WIFI_PWD" && (bytes < WIFI_PASSWORD_MIN_BYTES || bytes > WIFI_PASSWORD_MAX_BYTES))
    return `expected ${WIFI_PASSWORD_MIN_BYTES} to ${WIFI_PASSWORD_MAX_BYTES} bytes, got ${bytes}`;
  return undefined;
}

function isKey(text: string): boolean {
  return text.length === 64 && text.split("").every((digit) => "0123456789abcdef".includes(digit));
}

/**
 * Returns the text's length in UTF-8, bytes (RFC 3629). Each half of a surrogate pair counts two of
 * the pair's four bytes.
 */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isHalf = code >= 0xd800 && code < 0xe000;
    bytes += code < 0x80 ? 1 : code < 0x800 || isHalf ? 2 : 3;
  }
  return bytes;
}
