/** Settings that came over the network: they are tried, and kept once a reading has arrived. */
import { delay, reboot, restart } from "@devicescript/core";
import { deleteSetting, readSetting, writeSetting } from "@devicescript/settings";
import { NEW_SETTING_NAMES, type NewSettings } from "./common/update";

/** The setting that holds them while they are tried; the device's own stay as they are meanwhile. */
const KEY = "NEW";

/** @returns undefined if none are tried */
export async function readNewSettings(): Promise<NewSettings | undefined> {
  return await readSetting<NewSettings>(KEY);
}

/** So that they are tried, or not any more. Which network that is the runtime reads at its own start. */
export async function startAgain(settings: NewSettings): Promise<void> {
  if (!settings.WIFI_SSID) restart();
  // An answer comes after all that was written before, which a reboot would cut off.
  await readNewSettings();
  reboot();
}

/** From the next start on they go before the device's own. */
export async function tryNewSettings(settings: NewSettings): Promise<void> {
  await writeSetting(KEY, settings);
}

/** Power may go anywhere: once they are to be kept, they are, at a later start if need be. */
export async function keepNewSettings(settings: NewSettings): Promise<void> {
  settings.s = 0;
  await writeSetting(KEY, settings);
  for (const name of NEW_SETTING_NAMES) {
    const value = settings[name];
    // Beside a network's name, no password would mean the one from before.
    if (value || (value === "" && name === "WIFI_PWD")) await writeSetting(name, value);
    else if (value === "") await deleteSetting(name);
  }
  await deleteSetting(KEY);
}

/** Goes back to the device's own, by a restart, unless they were kept. */
export async function giveUpNewSettings(settings: NewSettings): Promise<void> {
  const { s } = settings;
  if (!s) return;
  // If the program ends in a panic, or power goes, the next start has half the time: so it ends.
  settings.s = Math.max(1, s >> 1);
  await writeSetting(KEY, settings);
  if (s > 1) await delay(s * 1000);
  if (!settings.s) return;
  const why = await readSetting<string>("WIFI_WHY");
  const text = `settings: no reading arrived in ${s} s`;
  await writeSetting("TAKEN_BACK", why ? `${text}: ${why}` : text);
  await deleteSetting(KEY);
  console.log("New settings taken back");
  await startAgain(settings);
}
