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

/**
 * How long to wait for a connection. Wi-Fi takes some seconds, the first connection to the broker
 * more.
 */
export const CONNECTED_MS = 90_000;

/** How long to wait for a runtime. A running runtime announces itself twice a second. */
const ANNOUNCE_MS = 10_000;

/**
 * Attempts to send the program. An attempt fails if one packet is not acknowledged within half a
 * second, which can happen on a busy line.
 */
const ATTEMPTS = 15;

/** The program and settings for a board, and the callbacks. */
export interface Deployment {
  bytecode: Uint8Array;
  settings: Settings;
  onStep: (text: string) => void;
  onLog: (line: string) => void;
}

/**
 * Sends program and settings to the board on a serial port, starts the program, and receives the
 * log until `done` resolves. This function replaces the CLI's own command, which compiles first, in
 * the same process: if compiling takes more than 3 s, the CLI considers the silent device gone, and
 * then sends to no device.
 * @param runtimeMs how long to try, ms, if the board surely has a runtime. A board that answers late
 * may have missed the start of a conversation, so each attempt opens the line again
 * @returns false if no DeviceScript runtime answered
 * @throws UserError if a runtime answered, but did not accept the program
 */
export async function deployProgram(
  port: string,
  deployment: Deployment,
  done: () => Promise<void>,
  runtimeMs = 0,
): Promise<boolean> {
  const endMs = performance.now() + runtimeMs;
  do {
    const line = await openSerialBus(port, deployment.onLog);
    try {
      const manager = line && (await serviceOn(line.bus, SRV_DEVICE_SCRIPT_MANAGER));
      if (!manager) continue;
      deployment.onStep("The board answers; sending the program and the settings");
      await sendProgram(manager, deployment, () =>
        deployment.onStep("The board did not answer in time; sending again"),
      );
      await done();
      return true;
    } finally {
      await line?.stop();
    }
  } while (performance.now() < endMs);
  return false;
}

/**
 * Stops a device's program, replaces program and settings, and starts the new program. Tries again
 * if the device does not answer in time.
 * @param onRetry called before each further attempt
 * @throws UserError if the device accepts no attempt
 */
export async function sendProgram(
  manager: JDService,
  program: Pick<Deployment, "bytecode" | "settings">,
  onRetry: () => void = () => undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await sendOnce(manager, program);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS)
        throw new UserError(
          `the board did not accept the program (${messageOf(error)}): press its reset button, then run this again`,
        );
      onRetry();
    }
  }
}

async function sendOnce(
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
    // A setting that is missing in the file is removed from the board.
    const value = settings[name];
    if (value === undefined) await client.deleteValue(name);
    else await client.setValue(name, new TextEncoder().encode(JSON.stringify(value)));
  }
  // Only a board has a Wi-Fi service: a virtual machine uses its computer's network.
  const [wifi] = bus.services({ serviceClass: SRV_WIFI });
  if (wifi && WIFI_SSID !== undefined)
    await wifi.sendCmdPackedAsync(WifiCmd.AddNetwork, [WIFI_SSID, WIFI_PWD], true);
  await autostart.sendSetBoolAsync(true, true);
  await running.sendSetBoolAsync(true, true);
}

async function serviceOn(bus: JDBus, serviceClass: number): Promise<JDService | undefined> {
  const endMs = performance.now() + ANNOUNCE_MS;
  for (;;) {
    const [service] = bus.services({ serviceClass });
    if (service || performance.now() > endMs) return service;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
