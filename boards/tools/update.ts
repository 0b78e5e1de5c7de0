/** `npm run update`: gives devices a new program over the network, through the running server. */
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "../../server/base/log";
import { UserError } from "../../server/base/user-error";
import { DEFAULT_DIR } from "../../server/setup/security-options";
import type { UpdateRequest, UpdateView } from "../../src/common/update-api";
import { isOver } from "../../src/common/update-api";
import { command, readFlags } from "./command";
import { ServerApi, tokenIn } from "./network/server-api";
import { parseAssignments, setSettings } from "./network/set-settings";
import { readPassword } from "./prompt";

const LOOK_MS = 250;
const SERVER = "http://localhost:8080";

const USAGE = `Usage: npm run update -- --device ID | --group NAME | --all [options]

Gives devices a new program over the network, through the running server: docs/updates.md.

  --device ID       one device
  --group NAME      the members and lights of a group
  --all             all devices that the server knows and that accept updates
  --set NAME=VALUE  instead of a program: a new BROKER, MQTT_USER or MQTT_PWD for one device
  --wifi NAME       instead of a program: another Wi-Fi for one Wio Terminal; asks for the password
  --downgrade       even if the running program is newer
  --cancel          cancels the update of these devices
  --server URL      the server's page                       (${SERVER})
  --data DIR        the server's data folder                (${DEFAULT_DIR})
  --help            this text
`;

async function main(): Promise<void> {
  const { device, group, all, set, wifi, downgrade, cancel, server, data } = readFlags(USAGE, {
    device: { type: "string" },
    group: { type: "string" },
    all: { type: "boolean" },
    set: { type: "string", multiple: true },
    wifi: { type: "string" },
    downgrade: { type: "boolean" },
    cancel: { type: "boolean" },
    server: { type: "string" },
    data: { type: "string" },
  });
  const targets = [device, group, all].filter((value) => value !== undefined).length;
  if (targets === 0) throw new UserError("expected --device ID, --group NAME or --all");
  if (targets > 1) throw new UserError("expected only one of --device, --group and --all");
  if (device === "") throw new UserError("--device: expected a device's id");
  const isSet = set !== undefined || wifi !== undefined;
  if (isSet && (device === undefined || cancel || downgrade)) {
    const name = set ? "--set" : "--wifi";
    throw new UserError(`${name}: needs --device ID, and no --cancel or --downgrade`);
  }
  if (cancel && downgrade) throw new UserError("--cancel: expected no --downgrade");
  if (group === "") throw new UserError("--group: expected a group's name");
  const api = new ServerApi(server ?? SERVER, tokenIn(resolve(data ?? DEFAULT_DIR)));
  if (isSet && device !== undefined) {
    const settings = {
      ...parseAssignments(set ?? []),
      ...(wifi !== undefined && (await network(wifi))),
    };
    process.exitCode = (await setSettings(api, device, settings)) ? 0 : 1;
    return;
  }
  const request: UpdateRequest = {
    ...(device !== undefined && { device }),
    ...(group !== undefined && { group }),
    ...(all && { all }),
    ...(downgrade && { downgrade }),
  };
  if (cancel) {
    await api.cancel(request);
    console.log("Cancelled.");
    return;
  }
  const begun = await api.begin(request);
  if (begun.isJoined) console.log("An update is already running. Its next steps:");
  if (device === undefined)
    for (const why of (await api.view()).fleet?.left ?? [])
      console.log(`Not updated: ${printable(why)}`);
  process.exitCode = (await watch(api, device)) ? 0 : 1;
}

async function network(name: string): Promise<Record<string, string>> {
  const question = `Password of the Wi-Fi ${printable(name)} (none: Enter): `;
  return { WIFI_SSID: name, WIFI_PWD: await readPassword(question) };
}

/** Prints each step as it happens. @returns false if the update failed, stopped or was cancelled */
async function watch(api: ServerApi, device: string | undefined): Promise<boolean> {
  const said = new Map<string, number>();
  for (;;) {
    const { updates, fleet } = await api.view();
    const ids = device === undefined ? (fleet?.waves.flat() ?? []) : [device];
    const watched = updates.filter(({ id }) => ids.includes(id));
    if (device !== undefined && watched.length === 0)
      throw new UserError(`${device}: the server no longer has an update for this device`);
    for (const update of watched) sayNew(update, said);
    const isWaiting = watched.every((update) => isOver(update) || isAway(update));
    if (device === undefined && fleet) {
      if (fleet.step === "cancelled") {
        console.log("Cancelled. Transfers in progress continue.");
        return false;
      }
      if (fleet.step === "stopped") {
        console.log(`Stopped: ${printable(fleet.why ?? "")}`);
        const kept = ids.length - updates.filter((update) => isConfirmed(update, ids)).length;
        console.log(`${kept} of ${ids.length} devices keep their old program.`);
        return false;
      }
      const isLast = fleet.wave >= fleet.waves.length - 1;
      if (fleet.step === "done" || (isLast && isWaiting)) return true;
      if (fleet.waits) {
        console.log("It continues when one of the devices comes back.");
        return true;
      }
    } else if (isWaiting)
      return watched.every((update) => !isOver(update) || update.step === "confirmed");
    await sleep(LOOK_MS);
  }
}

function isConfirmed({ id, step }: UpdateView, ids: string[]): boolean {
  return ids.includes(id) && step === "confirmed";
}

/** Whether the device is offline. An online device is asked as soon as its program is compiled. */
function isAway({ step, lines }: UpdateView): boolean {
  return step === "waiting" && lines.at(-1)?.text !== "begun";
}

function sayNew({ id, begunMs, lines }: UpdateView, said: Map<string, number>): void {
  for (const { atMs, text } of lines.slice(said.get(id) ?? 0)) {
    const s = ((atMs - begunMs) / 1000).toFixed(1).padStart(5);
    console.log(`${s} s  ${printable(id)}: ${printable(text)}`);
  }
  said.set(id, lines.length);
}

await command(main);
