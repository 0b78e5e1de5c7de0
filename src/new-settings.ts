/** Settings that came over the network: they are tried, and kept once a reading has arrived. */
import { delay, restart } from "@devicescript/core";
import { deleteSetting, readSetting, writeSetting } from "@devicescript/settings";
import { NEW_SETTING_NAMES, type NewSettings } from "./common/update";

/** The setting that holds them while they are tried; the device's own stay as they are meanwhile. */
const KEY = "NEW";

/** @returns undefined if none are tried */
export async function readNewSettings(): Promise<NewSettings | undefined> {
  return await readSetting<NewSettings>(KEY);
}

/** From the next start on they go before the device's own. */
export async function tryNewSettings(settings: NewSettings): Promise<void> {
  await writeSetting(KEY, settings);
}

/** May be cut off by power anywhere: then they are tried once more. */
export async function keepNewSettings(settings: NewSettings): Promise<void> {
  for (const name of NEW_SETTING_NAMES) {
    const value = settings[name];
    if (value) await writeSetting(name, value);
    else if (value === "") await deleteSetting(name);
  }
  await deleteSetting(KEY);
}

/** Goes back to the device's own, by a restart, unless they were kept. */
export async function giveUpNewSettings(settings: NewSettings): Promise<void> {
  await delay(settings.s * 1000);
  if (!(await readNewSettings())) return;
  await writeSetting("TAKEN_BACK", `settings: no reading arrived in ${settings.s} s`);
  await deleteSetting(KEY);
  console.log("New settings taken back");
  restart();
}
