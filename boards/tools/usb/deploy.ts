import { messageOf, UserError } from "../../../server/base/user-error";
import type { Settings } from "../../../server/setup/settings";
import {
  DeviceScriptManagerCmd,
  DeviceScriptManagerReg,
  type JDBus,
  type JDService,
  OutPipe,
  SettingsClient,
  SRV_DEVICE_SCRIPT_MANAGER,
  SRV_SETTINGS,
  SRV_WIFI,
  WifiCmd,
} from "../../../server/simulator/jacdac";
import { SETTING_NAMES } from "../../../src/common/settings";
import { openSerialBus } from "./serial-bus";

/** How long to wait for a connection: Wi-Fi takes some seconds, a first one to the broker some more. */
export const CONNECTED_MS = 90_000;

/** A runtime that is there announces itself twice a second. */
const ANNOUNCE_MS = 10_000;

/** A packet that is not acknowledged within half a second fails it all; a busy line may do that. */
const ATTEMPTS = 15;

/** What is to be on the board, and where its log goes. */
export interface Deployment {
  bytecode: Uint8Array;
  settings: Settings;
  onStep: (text: string) => void;
  onLog: (line: string) => void;
}

/**
 * Sends program and settings to the board on a serial port, starts the program, and listens to
 * it until `done`. It does what the CLI does, but the CLI compiles first and in the same breath:
 * if that takes more than the 3 s after which it takes a silent device for gone, it then talks
 * to nobody.
 * @param announceMs how long a runtime may take to announce itself
 * @returns false if no DeviceScript runtime answered
 * @throws UserError if it answered, but did not take the program
 */
export async function deployProgram(
  port: string,
  deployment: Deployment,
  done: () => Promise<void>,
  announceMs = ANNOUNCE_MS,
): Promise<boolean> {
  const line = await openSerialBus(port, deployment.onLog);
  if (!line) return false;
  try {
    const manager = await serviceOn(line.bus, SRV_DEVICE_SCRIPT_MANAGER, announceMs);
    if (!manager) return false;
    deployment.onStep("The board answers; sending the program and the settings");
    await sendPatiently(manager, deployment);
    await done();
    return true;
  } finally {
    await line.stop();
  }
}

async function sendPatiently(manager: JDService, deployment: Deployment): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sendProgram(manager, deployment);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS)
        throw new UserError(
          `the board did not take the program (${messageOf(error)}): press its reset button, then run this again`,
        );
      deployment.onStep("The board did not answer in time; sending again");
    }
  }
}

/** Stops what runs on a device, replaces it and its settings, and starts it. */
export async function sendProgram(
  manager: JDService,
  { bytecode, settings }: Pick<Deployment, "bytecode" | "settings">,
): Promise<void> {
  const { bus } = manager.device;
  const autostart = manager.register(DeviceScriptManagerReg.Autostart);
  const running = manager.register(DeviceScriptManagerReg.Running);
  await autostart.sendSetBoolAsync(false, true);
  await running.sendSetBoolAsync(false, true);
  await OutPipe.sendBytes(manager, DeviceScriptManagerCmd.DeployBytecode, bytecode);
  const store = await serviceOn(bus, SRV_SETTINGS);
  if (!store) throw new Error("it has no settings");
  const { WIFI_SSID, WIFI_PWD = "" } = settings;
  const client = new SettingsClient(store);
  for (const name of SETTING_NAMES) {
    if (name === "WIFI_SSID" || name === "WIFI_PWD") continue;
    // What is no longer in the file goes from the board, too.
    const value = settings[name];
    if (value === undefined) await client.deleteValue(name);
    else await client.setValue(name, new TextEncoder().encode(JSON.stringify(value)));
  }
  // Only a board has it: the virtual machine's network is its computer's.
  const [wifi] = bus.services({ serviceClass: SRV_WIFI });
  if (wifi && WIFI_SSID !== undefined)
    await wifi.sendCmdPackedAsync(WifiCmd.AddNetwork, [WIFI_SSID, WIFI_PWD], true);
  await autostart.sendSetBoolAsync(true, true);
  await running.sendSetBoolAsync(true, true);
}

async function serviceOn(
  bus: JDBus,
  serviceClass: number,
  announceMs = ANNOUNCE_MS,
): Promise<JDService | undefined> {
  const endMs = performance.now() + announceMs;
  for (;;) {
    const [service] = bus.services({ serviceClass });
    if (service || performance.now() > endMs) return service;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
