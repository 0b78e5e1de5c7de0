import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../../../server/base/log";
import { UserError } from "../../../server/base/user-error";
import type { ServerApi } from "./server-api";

const LOOK_MS = 250;
/**
 * How long to wait for the result. A device tries new settings for 120 s, then goes back; after a
 * power cut, the trial takes half of that again.
 */
const LIMIT_MS = 180_000;

/** @param given texts of the form NAME=VALUE. @throws UserError */
export function parseAssignments(given: string[]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const text of given) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UserError("--set: expected NAME=VALUE");
    settings[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return settings;
}

/**
 * Sends new settings to a device, and prints the result.
 * @returns whether the device has kept the settings
 * @throws UserError if the settings can't be sent
 */
export async function setSettings(
  api: ServerApi,
  id: string,
  settings: Record<string, string>,
): Promise<boolean> {
  const name = printable(id);
  const n = await api.set(id, settings);
  console.log(`${name}: sent; the device is trying them`);
  const endMs = performance.now() + LIMIT_MS;
  // An older state of the device may still contain the result of earlier settings.
  let isTried = false;
  while (performance.now() < endMs) {
    const { online = false, state } = (await api.device(id)) ?? {};
    const { refused, set, taken_back, trial } = state ?? {};
    isTried ||= !online || trial === true;
    if (set === n) {
      console.log(`${name}: kept: a reading has arrived`);
      return true;
    }
    if (refused?.startsWith(`${n}: `)) {
      console.log(`${name}: refused by the device: ${printable(refused.slice(`${n}: `.length))}`);
      return false;
    }
    if (isTried && online && !trial && taken_back?.startsWith("settings: ")) {
      console.log(`${name}: taken back: ${printable(taken_back)}`);
      return false;
    }
    await sleep(LOOK_MS);
  }
  console.log(
    `${name}: no result arrived here. The device is connected to the new broker, or switched off.`,
  );
  return false;
}
