import { expect, it } from "vitest";
import { settingError } from "../../src/common/settings";

const KEY = "0123456789abcdef".repeat(4);
const NO_KEY = "expected 64 of the digits 0-9 and a-f; see docs/updates.md";

it.each([
  ["UPDATE_KEY", KEY, undefined],
  ["UPDATE_KEY", KEY.slice(1), NO_KEY],
  ["UPDATE_KEY", KEY.toUpperCase(), NO_KEY],
  ["MQTT_PWD", "a\nb", "has a control character"],
  ["MQTT_USER", "u\udc00", "has a lone surrogate"],
  ["MQTT_PWD", "ä".repeat(101), "expected at most 200 bytes, got 202"],
  ["ID", "lamp-*", undefined],
  ["ID", "*-*", 'expected at most one *, got "*-*"'],
  ["WIFI_SSID", "x".repeat(33), "expected at most 32 bytes, got 33"],
  ["WIFI_PWD", "short", "expected 8 to 63 bytes, got 5"],
] as const)("%s of %j: %s", (name, value, expected) => {
  expect(settingError(name, value)).toBe(expected);
});
