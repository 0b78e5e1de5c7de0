import { serverClientId } from "../src/wire";
import { Broker } from "./broker";
import type { Config } from "./config";
import { Decider } from "./decider";
import { Devices } from "./devices";
import { pickFields } from "./command-fields";
import { compileFirmware } from "./firmware/compile";
import { writeFirmwareConfig } from "./firmware/configure";
import { GroupWatch, groupViews } from "./group-views";
import { HttpError } from "./http-request";
import type { Log } from "./log";
import type { Options } from "./options";
import { bundlePage } from "./page-bundle";
import { SimulatedDevice } from "./simulator/device";
import { VERSION } from "./version";
import { Web } from "./web";

export interface Running {
  /** The page's address. */
  url: string;
  /** The broker's address, as devices on this machine reach it. */
  brokerUrl: string;
  stop(): Promise<void>;
}

/** Only this machine reaches broker and page. */
const HOST = "127.0.0.1";
/** A device that has been silent for this long, or three intervals, counts as offline. */
const SILENCE_MS = 30_000;
const FIRST_READING_TIMEOUT_MS = 10_000;

/**
 * Starts broker, server, simulated device and page, as far as the options ask for them.
 * @throws UserError for what a person can mend; nothing is left running then
 */
export async function run(
  options: Options,
  config: Config,
  log: Log,
  signal?: AbortSignal,
): Promise<Running> {
  const started: { stop(): void | Promise<void> }[] = [];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    return { ...(await start(options, config, log, started, signal)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: Options,
  config: Config,
  log: Log,
  started: { stop(): void | Promise<void> }[],
  signal?: AbortSignal,
): Promise<Omit<Running, "stop">> {
  const devices = new Devices(Math.max(SILENCE_MS, 3 * config.telemetry.intervalMs));
  started.push(devices);

  let broker: Broker | undefined;
  let brokerUrl = options.brokerUrl;
  if (brokerUrl === undefined) {
    broker = await Broker.start(HOST, options.mqttPort);
    started.push(broker);
    brokerUrl = `mqtt://${HOST}:${broker.port}`;
    log("broker", `Listening on ${brokerUrl}`);
  }

  let brokerConnected = true;
  const decider = await Decider.start(
    {
      brokerUrl,
      mqtt5: broker === undefined,
      // Beside another server that decides, the lesson's client id is that server's.
      clientId: options.decide ? serverClientId(options.id) : `${options.id}nightlight_watcher`,
      username: options.secrets.MQTT_USER,
      password: options.secrets.MQTT_PWD,
      onlyId: config.devices === "own" ? options.id : undefined,
      decide: options.decide,
      rule: config.rule,
      groups: config.groups,
      commands: config.commands,
      onConnection: (connected) => {
        brokerConnected = connected;
        web.events.send("broker", { connected });
      },
    },
    devices,
    log,
  );
  started.push(decider);
  log("server", `Connected to ${brokerUrl}${options.decide ? "" : ", watching only"}`);

  const web = await Web.start({
    host: HOST,
    port: options.httpPort,
    assets: await bundlePage(),
    devices,
    snapshot: () => ({
      version: VERSION,
      broker: brokerUrl,
      brokerConnected,
      decides: options.decide,
      nowMs: Date.now(),
      rule: config.rule,
      groups: groupViews(decider.decisions, Date.now()),
      devices: devices.list(),
      readings: devices.recentReadings(),
      leds: devices.recentLeds(),
      messages: devices.recentMessages(),
    }),
    groups: () => groupViews(decider.decisions, Date.now()),
    sendCommand: (id, request) => {
      const { value, error } = pickFields(request, config.rule);
      if (!value) throw new HttpError(400, error ?? "body: not a command");
      return decider.command(id, value);
    },
    broker,
  });
  started.push(web);
  started.push(new GroupWatch(decider.decisions, (group) => web.events.send("group", group)));

  if (options.simulate) {
    writeFirmwareConfig(config);
    const device = await startDevice(options, brokerUrl, devices, log, signal);
    started.push(device);
  }
  return { url: `http://localhost:${web.port}`, brokerUrl };
}

async function startDevice(
  options: Options,
  brokerUrl: string,
  devices: Devices,
  log: Log,
  signal?: AbortSignal,
): Promise<SimulatedDevice> {
  const { id } = options;
  const bytecode = await compileFirmware("src/main.ts", {
    signal,
    onCompile: () => log("device", "Compiling the firmware, this takes some seconds ..."),
  });
  log("device", `Starting ${id}, simulated, with ${bytecode.length} bytes of firmware`);
  const device = await SimulatedDevice.start({
    bytecode,
    settings: { ID: id, BROKER: brokerUrl, ...options.secrets },
    lightRaw: options.lightRaw,
    onLog: (line) => {
      // "> " marks what the program itself logs, "! " its errors; the rest is the runtime's.
      if (/^[>!] /.test(line)) log("device", line.slice(2));
    },
    onPanic: (code) => log("device", `Panic ${code}: ${id} starts anew`),
    onLed: () => devices.changed(id),
  });
  devices.addSimulated(id, device);
  await firstReading(id, devices, log);
  return device;
}

/** Ready means that one can use it: the device has spoken. */
async function firstReading(id: string, devices: Devices, log: Log): Promise<void> {
  const spoke = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => end(false), FIRST_READING_TIMEOUT_MS);
    const onReading = (reading: { id: string }) => {
      if (reading.id === id) end(true);
    };
    function end(value: boolean) {
      clearTimeout(timer);
      devices.off("reading", onReading);
      resolve(value);
    }
    devices.on("reading", onReading);
  });
  if (!spoke) log("device", `Warning: ${id} has sent nothing so far`);
}
