import { on } from "node:events";
import type { LogLine, PiDevices } from "../boards/raspberry-pi";
import type { Log } from "./base/log";
import { TaskQueue } from "./base/task-queue";
import { lineFor } from "./base/user-error";
import type { Login, OpenedBroker } from "./broker/index";
import type { Devices, ServerBus, ServerEvents } from "./deciding/index";
import type { Firmware } from "./firmware";
import type { Config } from "./setup/config";
import type { Options } from "./setup/options";
import { piDevices } from "./setup/pi-parts";
import { readSettingsOf } from "./setup/settings";
import type { UpdateKeys } from "./setup/update-keys";
import type { SimulatedDevice } from "./simulator/device";
import type { VsCodeParts } from "./simulator/vscode-parts";

export const COMPILING = "Compiling the firmware, this takes some seconds ...";
const FIRST_READING_TIMEOUT_MS = 10_000;

export interface SimulationParts {
  options: Options;
  config: Config;
  firmware: Firmware;
  broker: OpenedBroker;
  bus: ServerBus;
  devices: Devices;
  keys: UpdateKeys;
  log: Log;
}

/** Loads the simulator on demand, because it is most of the code that a start loads. */
function loadSimulator() {
  return Promise.all([import("./simulator/device"), import("./simulator/sockets")]);
}

export function preloadSimulator(): void {
  // A failure is reported when the simulator is needed.
  loadSimulator().catch(() => undefined);
}

/** The device in this process. The page already answers while the device is prepared. */
export class Simulation {
  /**
   * Resolves once the device has sent a reading. Rejects with a UserError if its firmware does not
   * compile.
   */
  readonly ready: Promise<void>;
  /** Resolves once the device's program runs. Rejects like `ready`. */
  readonly device: Promise<SimulatedDevice | PiDevices>;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: SimulationParts) {
    this.device = this.start();
    this.ready = this.device
      .then(() => this.firstReading())
      .then(() => void parts.bus.emit("preparing", null));
    // The rejection is handled by the callers that await `ready`.
    this.ready.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.parts.firmware.stop();
    await this.ready.catch(() => undefined);
    await (await this.device.catch(() => undefined))?.stop();
  }

  private async start(): Promise<SimulatedDevice | PiDevices> {
    const { bus, firmware, options } = this.parts;
    const { signal } = this.stopping;
    const { id } = options;
    const bytecode = await firmware.bytecode(() => {
      bus.emit("preparing", { id, step: "compiling" });
      this.parts.log("device", COMPILING);
    });
    signal.throwIfAborted();
    bus.emit("preparing", { id, step: "starting" });
    if (options.device === "pi") return await this.startPi(bytecode);
    const device = await this.startSimulated(bytecode);
    this.parts.devices.addSimulated(id, device);
    return device;
  }

  private async startSimulated(bytecode: Uint8Array): Promise<SimulatedDevice> {
    const { devices, log, options } = this.parts;
    const { id } = options;
    log("device", `Starting ${id}, simulated, with ${bytecode.length} bytes of firmware`, { id });
    const [simulator, sockets] = await loadSimulator();
    if (options.security.tls.ca) sockets.trustCa(options.security.tls.ca);
    return await simulator.SimulatedDevice.start({
      ...this.program(bytecode),
      lightRaw: options.lightRaw,
      onLed: () => devices.changed(id),
    });
  }

  private async startPi(bytecode: Uint8Array): Promise<PiDevices> {
    const { config, log, options } = this.parts;
    const { id, security } = options;
    const { loadKernel, withDeviceId, PiDevices, realParts } =
      await import("../boards/raspberry-pi");
    const all = piDevices(id, config.pi);
    const kernel = await loadKernel();
    const [, sockets] = await loadSimulator();
    if (security.tls.ca) sockets.trustCa(security.tls.ca);
    const queue = new TaskQueue();
    return await PiDevices.start(
      all.map(([each, parts]) => {
        const say: LogLine = (line, level) =>
          log("device", withDeviceId(line, each, all.length), { level, id: each });
        say(
          `Starting ${each} on this Raspberry Pi, with ${bytecode.length} bytes of firmware`,
          "info",
        );
        return {
          ...this.program(bytecode, each, say),
          config,
          ca: security.tls.ca,
          parts: realParts(parts, { kernel, lampBrightness: config.lampBrightness, queue, say }),
          dataDir: security.usersDir,
          say,
          onFault: (error: unknown) => {
            throw error;
          },
        };
      }),
    );
  }

  /** Returns the login of a device. Further devices of this Pi may have their own. */
  private login(id: string): Login {
    const { broker, options } = this.parts;
    if (id === options.id) return broker.login;
    if (broker.embedded) return broker.embedded.account(id);
    const { MQTT_USER, MQTT_PWD } = readSettingsOf(id);
    return MQTT_USER === undefined ? broker.login : { username: MQTT_USER, password: MQTT_PWD };
  }

  /** Options common to simulated and Pi devices: the program, its settings and its log. */
  private program(
    bytecode: Uint8Array,
    id = this.parts.options.id,
    say: LogLine = (line, level) => this.parts.log("device", line, { level, id }),
  ) {
    const { broker } = this.parts;
    return {
      bytecode,
      settings: { ID: id, BROKER: broker.url, ...this.key(id), ...settings(this.login(id)) },
      onLog: (line: string) => {
        // The program's log lines begin with "> ", its errors with "! ". Other lines are the
        // runtime's.
        if (/^[>!] /.test(line)) say(line.slice(2), "info");
      },
      onPanic: (code: number) => say(`Panic ${code}: ${id} starts again`, "warn"),
    };
  }

  /** The device's update key; none if the keys' folder can't be used. */
  private key(id: string): { UPDATE_KEY?: string } {
    const { keys, log } = this.parts;
    try {
      return { UPDATE_KEY: keys.ensure(id) };
    } catch (error) {
      const text = `Warning: ${id} cannot receive programs over the network: ${lineFor(error)}`;
      log("device", text, { level: "warn", id });
      return {};
    }
  }

  /** Waits for the device's first reading, after which it counts as ready. */
  private async firstReading(): Promise<void> {
    const { bus, log, options } = this.parts;
    const { id } = options;
    // A signal that is already aborted emits no further event.
    this.stopping.signal.throwIfAborted();
    const waiting = new AbortController();
    const end = () => waiting.abort();
    const timer = setTimeout(end, FIRST_READING_TIMEOUT_MS);
    this.stopping.signal.addEventListener("abort", end);
    const readings = on(bus, "reading", waiting) as AsyncIterable<ServerEvents["reading"]>;
    try {
      for await (const [reading] of readings) if (reading.id === id) return;
    } catch {
      this.stopping.signal.throwIfAborted();
      log("device", `Warning: ${id} has sent no reading yet`, { level: "warn", id });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Provides sensor and lamp for the device that VS Code debugs; the page shows it as simulated. */
export async function simulateForVsCode({
  options: { id, lightRaw },
  devices,
  log,
}: SimulationParts): Promise<VsCodeParts> {
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

/** Returns a login under the names of a device's settings. */
function settings({ username, password }: Login): Record<string, string> {
  return { ...(username && { MQTT_USER: username }), ...(password && { MQTT_PWD: password }) };
}
