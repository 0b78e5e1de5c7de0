/** The questions that `npm run setup:wio` asks in the terminal. */
import { UserError } from "../../../server/base/user-error";
import type { SettingName } from "../../../src/common/settings";
import type { KnownSettings, SettingChanges } from "../../line/board-settings";
import { findMistakes, SETTING_WORDS } from "../../line/setting-mistakes";
import { readAnswer, readPassword } from "../../tools/prompt";

/**
 * Asks for the passwords of the names that were given as options. If standard input is no terminal,
 * each password is a line of standard input.
 */
export async function askForPasswords(named: {
  user?: string;
  wifi?: string;
}): Promise<SettingChanges> {
  const changes: SettingChanges = {};
  const lines = process.stdin.isTTY ? undefined : pipedLines();
  const ask = async (question: string): Promise<string | null> => {
    if (!lines) return (await readPassword(question)) || null;
    const { value } = await lines.next();
    if (value === undefined) throw new UserError("password: standard input has no line for it");
    return value === "" ? null : value;
  };
  if (named.wifi !== undefined)
    changes.WIFI_PWD = await ask(`Password of the Wi-Fi ${named.wifi} (none: Enter): `);
  if (named.user) changes.MQTT_PWD = await ask(`Broker password of ${named.user} (none: Enter): `);
  return changes;
}

async function* pipedLines(): AsyncGenerator<string, undefined> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  // PowerShell adds a byte order mark to the start of piped text.
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) yield line;
  return undefined;
}

/** Asks for all settings, one after another. Enter keeps the board's value. */
export async function askForAll(known: KnownSettings): Promise<SettingChanges> {
  console.log("Enter keeps the value in brackets; a single - removes it.");
  const changes: SettingChanges = {
    ...(await ask("ID", "Id of the board", known.id)),
    ...(await ask("WIFI_SSID", "Wi-Fi name", known.wifi?.name)),
  };
  Object.assign(changes, await askForPassword("WIFI_PWD", changes.WIFI_SSID));
  Object.assign(changes, await ask("BROKER", "Broker", known.broker));
  Object.assign(changes, await ask("MQTT_USER", "Broker user", known.user));
  Object.assign(changes, await askForPassword("MQTT_PWD", changes.MQTT_USER));
  if (Object.keys(changes).length === 0) throw new UserError("nothing was changed");
  return changes;
}

/** @param has the board's current value, which Enter keeps */
async function ask(
  name: SettingName,
  question: string,
  has: string | undefined,
): Promise<SettingChanges> {
  for (;;) {
    const answer = await readAnswer(`${question}${has === undefined ? "" : ` [${has}]`}: `);
    if (answer === "") return {};
    const changes = { [name]: answer === "-" ? null : answer };
    const [mistake] = findMistakes(changes);
    if (!mistake) return changes;
    console.log(mistake.line);
  }
}

/**
 * Asks for the password of a network or a user. If the name stays the same, so does the password.
 * @param owner the new name of the network or the user; undefined if the name stays the same
 */
async function askForPassword(
  name: "WIFI_PWD" | "MQTT_PWD",
  owner: string | null | undefined,
): Promise<SettingChanges> {
  if (owner === undefined) return {};
  if (owner === null) return { [name]: null };
  for (;;) {
    const answer = await readPassword(`${SETTING_WORDS[name]}, not shown (none: Enter): `);
    const changes: SettingChanges = { [name]: answer === "" ? null : answer };
    const beside = name === "WIFI_PWD" ? { WIFI_SSID: owner } : { MQTT_USER: owner };
    const [mistake] = findMistakes({ ...beside, ...changes });
    if (!mistake) return changes;
    console.log(mistake.line);
  }
}
