import { createDecipheriv, createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { parseNewSettings, sealedSettings } from "../../server/updates/new-settings";

const KEY = "0123456789abcdef".repeat(4);

it("accepts a broker, a user and a password, and an empty text to remove one", () => {
  const changes = { BROKER: "mqtt://lamp.lan", MQTT_USER: "desk-1", MQTT_PWD: "" };
  expect(parseNewSettings(changes)).toEqual({ ...changes, BROKER: "mqtt://lamp.lan:1883" });
});

it("accepts a Wi-Fi network, which is open without a password", () => {
  const open = { WIFI_SSID: "shed", WIFI_PWD: "" };
  expect(parseNewSettings({ WIFI_SSID: "shed" })).toEqual(open);
  expect(parseNewSettings(open)).toEqual(open);
  expect(parseNewSettings({ ...open, WIFI_PWD: "good night" }).WIFI_PWD).toBe("good night");
});

const NAMES = "BROKER, MQTT_USER, MQTT_PWD, WIFI_SSID, WIFI_PWD";

it.each<[Record<string, unknown>, string | RegExp]>([
  [{}, `set: expected one of ${NAMES}`],
  [{ ID: "desk-2" }, `ID: expected one of ${NAMES}: see docs/updates.md`],
  [{ WIFI_SSID: "" }, "WIFI_SSID: expected a name, because a device needs a network"],
  [{ WIFI_SSID: "n".repeat(33) }, "WIFI_SSID: expected at most 32 bytes, got 33"],
  [{ WIFI_PWD: "good night" }, "WIFI_PWD: expected WIFI_SSID beside it"],
  [{ WIFI_SSID: "shed", WIFI_PWD: "secret" }, /^WIFI_PWD: expected 8 to 63 bytes, got 6$/],
  [{ BROKER: 7 }, "BROKER: expected a string"],
  [{ BROKER: "" }, "BROKER: expected an address, because a device needs one"],
  [{ BROKER: "lamp" }, /^BROKER: expected .* and HOST\[:PORT\], got "lamp"$/],
  [
    { BROKER: "ws://lamp" },
    "BROKER: expected mqtt:// or mqtts://, because devices do not support WebSockets",
  ],
  [{ MQTT_PWD: "a\nb" }, "MQTT_PWD: has a control character"],
  [{ MQTT_USER: "u".repeat(201) }, "MQTT_USER: expected at most 200 bytes, got 201"],
])("refuses %j before sending", (given, why) => {
  expect(() => parseNewSettings(given)).toThrow(why);
});

it("seals them with AES-256-CCM, and a key for each order", () => {
  const settings = { n: 7, s: 120, MQTT_PWD: "pass" };
  const sealed = Buffer.from(sealedSettings(KEY, "desk-1", settings), "hex");
  const key = createHmac("sha256", KEY).update("nightlight settings\ndesk-1\n7").digest();
  const decipher = createDecipheriv("aes-256-ccm", key, Buffer.alloc(13), { authTagLength: 4 });
  decipher.setAuthTag(sealed.subarray(-4));
  expect(JSON.parse(decipher.update(sealed.subarray(0, -4)).toString())).toEqual(settings);
  decipher.final();
  expect(sealedSettings(KEY, "desk-1", { ...settings, n: 8 })).not.toContain(
    sealed.toString("hex"),
  );
  const long = { ...settings, MQTT_USER: "u".repeat(180) };
  expect(() => sealedSettings(KEY, "desk-1", long)).toThrow(/^set: expected at most 200 bytes/);
});
