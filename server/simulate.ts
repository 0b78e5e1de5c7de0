import { on } from "node:events";
import { compileFirmware } from "../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../boards/tools/firmware/configure";
import type { Log } from "./base/log";
import type { BrokerInUse, Login } from "./broker/use-broker";
import type { Devices } from "./deciding/devices";
import type { ServerBus, ServerEvents } from "./deciding/events";
import type { Config } from "./setup/config";
import type { Options } from "./setup/options";
import type { SimulatedDevice } from "./simulator/device";
import type { VsCodeParts } from "./simulator/vscode-parts";

const FIRST_READING_TIMEOUT_MS = 10_000;

export interface SimulateParts {
  options: Options;
  config: Config;
  broker: BrokerInUse;
  bus: ServerBus;
  devices: Devices;
  log: Log;
}

/**
 * Starts the simulated device, and waits until it has spoken.
 * @throws UserError if the firmware does not compile
 */
export async function simulate(
  { options, config, broker, bus, devices, log }: SimulateParts,
  signal?: AbortSignal,
): Promise<SimulatedDevice> {
  const { id } = options;
  writeFirmwareConfig(config);
  const bytecode = await compileFirmware("src/main.ts", {
    signal,
    onCompile: () => log("device", "Compiling the firmware, this takes some seconds ..."),
  });
  log("device", `Starting ${id}, simulated, with ${bytecode.length} bytes of firmware`, { id });
  // Loaded only here: most of what a start would read is the simulator's.
  const [simulator, sockets] = await Promise.all([
    import("./simulator/device"),
    import("./simulator/sockets"),
  ]);
  if (options.security.tls.ca) sockets.trustCa(options.security.tls.ca);
  const device = await simulator.SimulatedDevice.start({
    bytecode,
    settings: { ID: id, BROKER: broker.url, ...settings(broker.login) },
    lightRaw: options.lightRaw,
    onLog: (line) => {
      // "> " marks what the program itself logs, "! " its errors; the rest is the runtime's.
      if (/^[>!] /.test(line)) log("device", line.slice(2), { id });
    },
    onPanic: (code) => log("device", `Panic ${code}: ${id} starts again`, { level: "warn", id }),
    onLed: () => devices.changed(id),
  });
  devices.addSimulated(id, device);
  await firstReading(id, bus, log);
  return device;
}

/** Sensor and lamp for the device that VS Code debugs; the page shows it as simulated. */
export async function simulateForVsCode({
  options: { id, lightRaw },
  devices,
  log,
}: SimulateParts): Promise<VsCodeParts> {
  const { VsCodeParts, DEVELOPMENT_SERVER } = await import("./simulator/vscode-parts");
  const where = `VS Code's development server at ${DEVELOPMENT_SERVER}`;
  log("device", `Waiting for ${where}: press F5 there`, { id });
  const parts = new VsCodeParts(
    lightRaw,
    () => devices.changed(id),
    (connected) =>
      log("device", connected ? `A sensor and a lamp are at ${where}` : `Lost ${where}`, { id }),
  );
  devices.addSimulated(id, parts);
  return parts;
}

/** As a device's settings name them. */
function settings({ username, password }: Login): Record<string, string> {
  return { ...(username && { MQTT_USER: username }), ...(password && { MQTT_PWD: password }) };
}

/** Ready means that one can use it: the device has spoken. */
async function firstReading(id: string, bus: ServerBus, log: Log): Promise<void> {
  const signal = AbortSignal.timeout(FIRST_READING_TIMEOUT_MS);
  try {
    for await (const [reading] of on(bus, "reading", { signal }) as AsyncIterable<
      ServerEvents["reading"]
    >)
      if (reading.id === id) return;
  } catch {
    log("device", `Warning: ${id} has sent nothing so far`, { level: "warn", id });
  }
}
