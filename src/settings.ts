import { deviceIdentifier } from "@devicescript/core";
import { writeSetting } from "@devicescript/settings";
import { BrokerAddress, parseBrokerAddress, presetBroker } from "./common/broker-address";
import type { NewSettings } from "./common/update";
import { config } from "./config.gen";
import { readNewSettings } from "./new-settings";
import { readSetting } from "./read-setting";

/**
 * The settings of this device. If a setting is missing, the value of `devicescript.json` applies.
 */
export interface DeviceSettings {
  id: string;
  /** The broker's address; undefined if the setting is not an address that a device can reach. */
  broker: BrokerAddress;
  user: string;
  password: string;
  /** New settings on trial, which override the settings above. */
  news: NewSettings | undefined;
  /** Id of the last ordered command that was applied; 0 for none. */
  lastId: number;
}

export async function readSettings(): Promise<DeviceSettings> {
  const news = await readNewSettings();
  const broker = news?.BROKER || (await readSetting<string>("BROKER", presetBroker(config.broker)));
  const address = parseBrokerAddress(broker);
  return {
    id: ownId(await readSetting<string>("ID", config.id)),
    broker: checked(address, broker),
    user: news?.MQTT_USER ?? (await readSetting<string>("MQTT_USER")),
    password: news?.MQTT_PWD ?? (await readSetting<string>("MQTT_PWD")),
    news,
    lastId: await readSetting<number>("LAST_ID", 0),
  };
}

function checked(address: BrokerAddress | string, text: string): BrokerAddress {
  let error = "expected mqtt:// or mqtts://";
  if (typeof address === "string") error = address;
  else if (address.scheme.indexOf("ws") !== 0) return address;
  console.log(`BROKER: ${error}, got ${text}`);
  return undefined;
}

/** Replaces a `*` by the board's own number, so that one image serves a whole class. */
function ownId(id: string): string {
  const star = id.indexOf("*");
  return star < 0 ? id : id.slice(0, star) + deviceIdentifier("self") + id.slice(star + 1);
}

/**
 * Stores the id across restarts, so that a duplicate of an ordered command is not applied again.
 */
export async function writeLastId(lastId: number): Promise<void> {
  await writeSetting("LAST_ID", lastId);
}
