/** Ids for the boards of a class. Pure. */
import { UserError } from "../../../server/base/user-error";
import type { Settings } from "../../../server/setup/settings";
import { idExpected } from "../../../src/common/id";

/**
 * Reads a list with one id on each line. Empty lines and lines that begin with # are ignored.
 * @param file the file name for messages
 * @throws UserError that names the wrong line
 */
export function readIds(text: string, file: string): string[] {
  const ids: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    const id = line.trim();
    if (id === "" || id.startsWith("#")) continue;
    const problem = ids.includes(id) ? `${id} occurs twice` : idExpected(id);
    if (problem !== undefined) throw new UserError(`${file}:${index + 1}: ${problem}`);
    ids.push(id);
  }
  return ids;
}

/**
 * Makes numbered ids: `class-*` and `class` both give class-1, class-2 and so on.
 * @throws UserError if a number makes an id too long
 */
export function numberedIds(pattern: string, count: number): string[] {
  const whole = pattern.includes("*") ? pattern : `${pattern}-*`;
  return Array.from({ length: count }, (_, i) => {
    const id = whole.replace("*", String(i + 1));
    const problem = idExpected(id);
    if (problem !== undefined) throw new UserError(`ID: ${problem}`);
    return id;
  });
}

/**
 * Returns the settings of one board. If the user name is the common id, as the embedded broker
 * needs it, the board's user name becomes its own id.
 * @param common the id before each board got its own
 */
export function settingsForBoard(id: string, common: string, settings: Settings): Settings {
  return { ...settings, ID: id, ...(settings.MQTT_USER === common && { MQTT_USER: id }) };
}

/** @returns a warning if boards with ids of their own share a user */
export function sharedUser(common: string, { MQTT_USER: user }: Settings): string | undefined {
  if (user === undefined || user === common) return undefined;
  return `MQTT_USER: each board will log in as ${user}, but the embedded broker requires the same name as user and as id; with MQTT_USER=${common}, each board's user is its own id`;
}
