/** Validates and encrypts settings that a device gets over the network. */
import { createCipheriv } from "node:crypto";
import { settingError } from "../../src/common/settings";
import { NEW_SETTING_NAMES, type NewSettings } from "../../src/common/update";
import { UserError } from "../base/user-error";
import { readBrokerUrl } from "../setup/broker-url";
import { settingsKey } from "./seal";

export type NewSettingValues = Omit<NewSettings, "n" | "s">;

/**
 * Maximum size of the new settings as JSON, bytes. During the trial the device stores them as one
 * setting, in a Jacdac packet of 236 bytes.
 */
const MAX_BYTES = 200;

/**
 * @param given values by name; an empty string removes a setting
 * @throws UserError that names the invalid setting, without the value of a password
 */
export function parseNewSettings(given: Record<string, unknown>): NewSettingValues {
  const changes: NewSettingValues = {};
  for (const [name, value] of Object.entries(given)) {
    const known = NEW_SETTING_NAMES.find((candidate) => candidate === name);
    if (!known)
      throw new UserError(
        `${name}: expected one of ${NEW_SETTING_NAMES.join(", ")}: see docs/updates.md`,
      );
    if (typeof value !== "string") throw new UserError(`${name}: expected a string`);
    if (name === "BROKER" && value === "")
      throw new UserError("BROKER: expected an address, because a device needs one");
    if (name === "WIFI_SSID" && value === "")
      throw new UserError("WIFI_SSID: expected a name, because a device needs a network");
    const wrong = settingError(known, value);
    // An empty Wi-Fi password means an open network.
    if (wrong !== undefined && value !== "") throw new UserError(`${name}: ${wrong}`);
    changes[known] = name === "BROKER" ? readBrokerUrl(name, value, "device") : value;
  }
  if (Object.keys(changes).length === 0)
    throw new UserError(`set: expected one of ${NEW_SETTING_NAMES.join(", ")}`);
  if (changes.WIFI_PWD !== undefined && changes.WIFI_SSID === undefined)
    throw new UserError("WIFI_PWD: expected WIFI_SSID beside it");
  if (changes.WIFI_SSID !== undefined) changes.WIFI_PWD ??= "";
  return changes;
}

/**
 * @param key the device's key
 * @returns the encrypted settings for an order, hex
 * @throws UserError if the settings are too long
 */
export function sealedSettings(key: string, id: string, settings: NewSettings): string {
  const text = Buffer.from(JSON.stringify(settings));
  if (text.length > MAX_BYTES)
    throw new UserError(`set: expected at most ${MAX_BYTES} bytes in all, got ${text.length}`);
  // Each order has its own key, so the nonce may be constant.
  const options = { authTagLength: 4 };
  const nonce = Buffer.alloc(13);
  const cipher = createCipheriv("aes-256-ccm", settingsKey(key, id, settings.n), nonce, options);
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString("hex");
}
