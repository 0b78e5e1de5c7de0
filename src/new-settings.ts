/**
 * Settings that came over the network: they are tried, and kept once a reading was acknowledged.
 */
import { delay, reboot, restart } from "@devicescript/core";
import { deleteSetting, writeSetting } from "@devicescript/settings";
import { NEW_SETTING_NAMES, type NewSettings } from "./common/update";
import { readSetting } from "./read-setting";

/**
 * The setting that holds the new settings during the trial. The device's own settings stay
 * unchanged.
 */
const KEY = "NEW";

/**
 * Reads the new settings that are on trial.
 * @returns undefined if no new settings are on trial
 */
export async function readNewSettings(): Promise<NewSettings | undefined> {
  return await readSetting<NewSettings>(KEY);
}

/**
 * Restarts the device, to begin or end a trial. The runtime reads the Wi-Fi settings only when it
 * boots, so a change of network needs a reboot.
 */
export async function restartWith(settings: NewSettings): Promise<void> {
  if (!settings.WIFI_SSID) restart();
  // A reboot would cut off pending writes. This read is answered after all earlier writes.
  await readNewSettings();
  reboot();
}

/** Stores new settings for a trial: from the next start, they override the device's own. */
export async function tryNewSettings(settings: NewSettings): Promise<void> {
  await writeSetting(KEY, settings);
}

/**
 * Copies the new settings over the device's own. Safe against power loss: `s = 0` is stored first,
 * so a later start completes an interrupted copy.
 */
export async function keepNewSettings(settings: NewSettings): Promise<void> {
  settings.s = 0;
  await writeSetting(KEY, settings);
  for (const name of NEW_SETTING_NAMES) {
    const value = settings[name];
    // If a network name is given without a password, the old password must not stay.
    if (value || (value === "" && name === "WIFI_PWD")) await writeSetting(name, value);
    else if (value === "") await deleteSetting(name);
  }
  await deleteSetting(KEY);
}

/** Restarts with the device's own settings, unless the new ones are kept within their deadline. */
export async function revertSettings(settings: NewSettings): Promise<void> {
  const { s } = settings;
  if (!s) return;
  // Halves the deadline for the next start: if the program panics or loses power each time, the
  // trial still ends.
  settings.s = Math.max(1, s >> 1);
  await writeSetting(KEY, settings);
  if (s > 1) await delay(s * 1000);
  if (!settings.s) return;
  const why = await readSetting<string>("WIFI_WHY");
  const text = `settings: no reading arrived in ${s} s`;
  await writeSetting("TAKEN_BACK", why ? `${text}: ${why}` : text);
  await deleteSetting(KEY);
  console.log("New settings taken back");
  await restartWith(settings);
}
