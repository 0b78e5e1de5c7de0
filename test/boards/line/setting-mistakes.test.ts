import { expect, it } from "vitest";
import { findMistakes } from "../../../boards/line/setting-mistakes";

const ID =
  "1 to 64 characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates";

it.each([
  [{ ID: "" }, "id: expected a text, got nothing"],
  [{ ID: "a/b" }, `id: expected ${ID}, or * for any text in it, got "a/b"`],
  [{ ID: "a*b*" }, 'id: expected at most one *, got "a*b*"'],
  [{ WIFI_SSID: "x".repeat(33) }, "Wi-Fi name: expected at most 32 bytes, got 33"],
  [{ WIFI_SSID: "ü".repeat(17) }, "Wi-Fi name: expected at most 32 bytes, got 34"],
  [{ WIFI_SSID: "a\tb" }, "Wi-Fi name: has a control character"],
  [{ WIFI_SSID: "home", WIFI_PWD: "secret" }, "Wi-Fi password: expected 8 to 63 bytes, got 6"],
  [{ WIFI_PWD: "secret 12" }, "Wi-Fi password: needs the Wi-Fi name beside it"],
  [{ MQTT_PWD: "secret" }, "password of the user: needs the user beside it"],
  [{ MQTT_USER: null, MQTT_PWD: "secret" }, "password of the user: needs the user beside it"],
  [{ MQTT_USER: "😀".repeat(51) }, "user: expected at most 200 bytes, got 204"],
  // In JSON, each of these characters takes two bytes.
  [
    { MQTT_USER: '"\\'.repeat(51) },
    'user: expected at most 200 bytes, got 204 with the \\ before each " and \\',
  ],
  [
    { BROKER: "192.168.1.20" },
    'broker: expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], got "192.168.1.20"',
  ],
  [
    { BROKER: "mqtt://me:secret@host" },
    'broker: expected user and password in MQTT_USER and MQTT_PWD, got "…@host"',
  ],
  [
    { BROKER: "mqtts://host" },
    'broker: expected mqtt://, because the Wio Terminal does not support TLS, got "mqtts://host"',
  ],
  [
    { BROKER: "ws://host/mqtt" },
    'broker: expected mqtt://, because boards do not support WebSockets, got "ws://host/mqtt"',
  ],
  [
    { BROKER: "mqtt://[fe80::1]" },
    'broker: expected a name or an IPv4 address, because the Wio Terminal does not support IPv6, got "mqtt://[fe80::1]"',
  ],
  [
    { BROKER: "mqtt://localhost:1883" },
    'broker: expected this computer\'s address in the network, because localhost means the board itself, got "mqtt://localhost:1883"',
  ],
])("%j: %s", (changes, line) => {
  expect(findMistakes(changes).map((mistake) => mistake.line)).toEqual([line]);
});

it("finds no mistake in settings that a board can use", () => {
  const changes = {
    ID: "class-*",
    BROKER: "mqtt://192.168.1.20:1883",
    MQTT_USER: "desk-1",
    MQTT_PWD: "x",
    WIFI_SSID: "home",
    WIFI_PWD: "good night",
  };
  expect(findMistakes(changes)).toEqual([]);
  expect(findMistakes({ MQTT_USER: null, MQTT_PWD: null, WIFI_SSID: "open" })).toEqual([]);
});
