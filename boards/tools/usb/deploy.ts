import { messageOf, UserError } from "../../../server/base/user-error";
import { waitFor } from "../../../server/base/wait-for";
import type { Settings } from "../../../server/setup/settings";
import {
  DeviceScriptManagerCmd,
  DeviceScriptManagerReg,
  type JDBus,
  type JDService,
  SettingsClient,
  SRV_DEVICE_SCRIPT_MANAGER,
  SRV_SETTINGS,
  SRV_WIFI,
  WifiCmd,
} from "../../../server/simulator/jacdac";
import { SETTING_NAMES } from "../../../src/common/settings";
import { insist, sendBytes } from "./pipe";
import { openSerialBus } from "./serial-bus";

/**
 * How long to wait for a connection. Wi-Fi takes some seconds, the first connection to the broker
 * more.
 */
export const CONNECTED_MS = 90_000;

/**
 * How long to wait for a runtime's announcement. A runtime announces itself twice a second, but an
 * emulated runtime on a busy computer only seldom.
 */
const ANNOUNCE_MS = 30_000;

/**
 * Attempts to send the program. An attempt fails if a packet is never acknowledged (pipe.ts), or if
 * the board takes more than 3 s to open the pipe for the program.
 */
const ATTEMPTS = 5;

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
 * then sends to no device. The port is opened once: a silent board is asked again on the open line
 * (line-transport.ts), and if the cable was pulled, the user has to run the command again anyway.
 * @param answerMs how long a board that surely has a runtime may take to answer
 * @returns false if no DeviceScript runtime answered
 * @throws UserError if the port can't be opened, or if a runtime did not accept the program
 */
export async function deployProgram(
  port: string,
  deployment: Deployment,
  done: () => Promise<void>,
  answerMs?: number,
): Promise<boolean> {
  const line = await openSerialBus(port, deployment.onLog, answerMs);
  if (!line) return false;
  try {
    const manager = await serviceOn(line.bus, SRV_DEVICE_SCRIPT_MANAGER);
    if (!manager) return false;
    deployment.onStep("The board answers; sending the program and the settings");
    await sendProgram(manager, deployment, () =>
      deployment.onStep("The board did not answer in time; sending again"),
    );
    await done();
    return true;
  } finally {
    await line.stop();
  }
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
  const { bus, deviceId } = manager.device;
  for (let attempt = 1; ; attempt++) {
    try {
      await sendOnce(bus, deviceId, program);
      return;
    } catch (error) {
      if (error instanceof UserError) throw error;
      if (attempt === ATTEMPTS)
        throw new UserError(
          `the board did not accept the program (${messageOf(error)}): press its reset button, then run this again`,
        );
      onRetry();
    }
  }
}

async function sendOnce(
  bus: JDBus,
  deviceId: string,
  { bytecode, settings }: Pick<Deployment, "bytecode" | "settings">,
): Promise<void> {
  // The bus removes a device that was silent for 3 s, and then has a new object for it. Objects of
  // the removed device receive no acknowledgements, so each attempt looks the service up.
  const manager = await serviceOn(bus, SRV_DEVICE_SCRIPT_MANAGER, deviceId);
  if (!manager)
    throw new UserError("the board stopped answering: plug it in again, then run this again");
  const autostart = manager.register(DeviceScriptManagerReg.Autostart);
  const running = manager.register(DeviceScriptManagerReg.Running);
  await insist(() => autostart.sendSetBoolAsync(false, true));
  await insist(() => running.sendSetBoolAsync(false, true));
  await sendBytes(manager, DeviceScriptManagerCmd.DeployBytecode, bytecode);
  const store = await serviceOn(bus, SRV_SETTINGS);
  if (!store) throw new Error("it has no settings");
  const { WIFI_SSID, WIFI_PWD = "" } = settings;
  const client = new SettingsClient(store);
  for (const name of SETTING_NAMES) {
    if (name === "WIFI_SSID" || name === "WIFI_PWD") continue;
    // A setting that is missing in the file is removed from the board.
    const value = settings[name];
    if (value === undefined) await client.deleteValue(name);
    else {
      const text = new TextEncoder().encode(JSON.stringify(value));
      await insist(() => client.setValue(name, text));
    }
  }
  if (WIFI_SSID !== undefined) {
    // Awaited, because it may be on another device of the board, which announces itself later. A
    // virtual machine has none: it uses its computer's network.
    const wifi = await serviceOn(bus, SRV_WIFI);
    await insist(
      async () => await wifi?.sendCmdPackedAsync(WifiCmd.AddNetwork, [WIFI_SSID, WIFI_PWD], true),
    );
  }
  await insist(() => autostart.sendSetBoolAsync(true, true));
  await insist(() => running.sendSetBoolAsync(true, true));
}

/** @param deviceId the only device whose service is wanted */
async function serviceOn(
  bus: JDBus,
  serviceClass: number,
  deviceId?: string,
): Promise<JDService | undefined> {
  const find = () =>
    bus
      .services({ serviceClass })
      .find(({ device }) => deviceId === undefined || device.deviceId === deviceId);
  await waitFor(() => find() !== undefined, ANNOUNCE_MS, 50);
  return find();
}
