import { join } from "node:path";
import { compileFirmware } from "../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../boards/tools/firmware/configure";
import { matches } from "../src/common/id";
import { fieldsOf } from "../src/common/server-rule";
import { serverClientId } from "../src/common/wire";
import { CLOCK } from "./base/clock";
import { isTakenOnIpv6 } from "./base/localhost";
import type { Log } from "./base/log";
import { bundlePage } from "./base/page-bundle";
import { Rejections } from "./base/rejections";
import { ROOT } from "./base/root";
import { UserError } from "./base/user-error";
import { VERSION } from "./base/version";
import { type BrokerInUse, type Login, useBroker } from "./broker/use-broker";
import { pickFields } from "./deciding/command-fields";
import { Counts } from "./deciding/counts";
import { Decider } from "./deciding/decider";
import { Devices } from "./deciding/devices";
import { History } from "./history/history";
import { Announcer } from "./home-assistant/announcer";
import { groupViews, GroupWatch } from "./http/group-views";
import { HttpError } from "./http/http-request";
import { Metrics } from "./http/metrics";
import { PageAccess } from "./http/page-access";
import { readToken } from "./http/token";
import { Web } from "./http/web";
import type { Config } from "./setup/config";
import type { Options } from "./setup/options";
import { LOOPBACK, pageTls, reachable } from "./setup/security-options";
import type { SimulatedDevice } from "./simulator/device";

export interface Running {
  /** The page's address. */
  url: string;
  /** The broker's address, as devices on this machine reach it. */
  brokerUrl: string;
  /** What was refused or ignored so far, and why. */
  rejections: Rejections;
  /** Resolves if it can't go on any longer, with the reason; it is to be stopped then. */
  failure: Promise<UserError>;
  stop(): Promise<void>;
}

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
  const silenceMs = Math.max(SILENCE_MS, 3 * config.telemetry.intervalMs);
  const listed = new Set([
    options.id,
    ...config.groups.flatMap(({ members, lights }) => [...members, ...lights]),
  ]);
  const patterns = typeof config.devices === "string" ? [] : config.devices;
  const limits = Object.entries(config.offlineAfterMs);
  const devices = new Devices({
    isListed: (id) => listed.has(id) || matches(id, patterns),
    silenceMs: (id) => {
      const limit = limits.find(([pattern]) => matches(id, [pattern]));
      return limit ? limit[1] || Infinity : silenceMs;
    },
    clock: CLOCK,
  });
  started.push(devices);

  const rejections = new Rejections(log);
  const { security } = options;
  const broker = await useBroker(options, rejections, log);
  if (broker.embedded) started.push(broker.embedded);
  const brokerUrl = broker.url;

  const history = await History.start({ dataDir: security.dataDir, ...options.history }, log);
  started.push(history);
  devices.on("reading", (reading) => history.add(reading));
  devices.on("led", (led) => history.add({ ...led, values: {} }));

  let fail: (error: UserError) => void = () => undefined;
  const failure = new Promise<UserError>((resolve) => (fail = resolve));
  let brokerConnected = true;
  let page: Web | undefined = undefined;
  let announcer: Announcer | undefined = undefined;
  const counts = new Counts();
  const metrics = new Metrics({
    counts,
    rejections,
    devices,
    brokerConnected: () => brokerConnected,
    broker: broker.embedded,
  });
  const decider = await Decider.start(
    {
      brokerUrl,
      otherBrokerUrls: options.otherBrokerUrls,
      mqtt5: broker.embedded === undefined,
      attach: broker.attach,
      // Beside another server that decides, the lesson's client id is that server's.
      clientId: options.decide ? serverClientId(options.id) : `${options.id}nightlight_watcher`,
      ...broker.login,
      tls: security.tls,
      rejections,
      clock: CLOCK,
      scope: { id: options.id, devices: config.devices },
      decide: options.decide,
      shard: options.shard,
      rule: config.rule,
      groups: config.groups,
      commands: config.commands,
      counts,
      onDecided: (latencyMs) => metrics.decided(latencyMs),
      onConnection: (connected) => {
        brokerConnected = connected;
        page?.events.send("broker", { connected });
        if (connected) announcer?.announceAll();
      },
      onFailure: fail,
      onHomeAssistant: () => announcer?.announceAll(),
    },
    devices,
    log,
  );
  started.push(decider);
  log("server", `Connected to ${decider.brokerUrl}${options.decide ? "" : ", watching only"}`);

  if (options.homeAssistant && options.decide) {
    announcer = new Announcer(
      {
        devices,
        rule: config.rule,
        intervalMs: config.telemetry.intervalMs,
        silenceMs,
        isCommanded: (id) => decider.decisions.commands(id),
        speaksFor: (id) => decider.speaksFor(id),
        retain: (topic, payload) => decider.retain(topic, payload),
      },
      log,
    );
    started.push(announcer);
  }

  // Before a port is open to others, their token has to be there.
  const tls = pageTls(options);
  const isOpen = security.listen === undefined;
  const access = new PageAccess({
    // Whoever reaches a proxy reaches this server, by loopback as it may seem.
    token: isOpen && !options.proxy.trusted ? undefined : readToken(security.usersDir, log),
    tls: tls !== undefined,
    proxy: options.proxy,
    rejections,
  });
  const web = await Web.start({
    host: security.listen ?? LOOPBACK,
    port: options.httpPort,
    tls,
    access,
    basePath: options.proxy.basePath,
    maxConnections: security.limits.connections,
    assets: await bundlePage(join(ROOT, "server/page")),
    devices,
    snapshot: () => ({
      version: VERSION,
      broker: decider.brokerUrl,
      brokerConnected,
      decides: options.decide,
      nowMs: Date.now(),
      rule: config.rule,
      groups: groupViews(decider.decisions, CLOCK.monotonicMs()),
      devices: devices.list(),
      messages: devices.recentMessages(),
    }),
    isBrokerConnected: () => brokerConnected,
    groups: () => groupViews(decider.decisions, CLOCK.monotonicMs()),
    metrics,
    history: { history, fields: fieldsOf(config.rule), silenceMs },
    sendCommand: (id, request) => {
      const { value, error } = pickFields(request, config.rule);
      if (!value) throw new HttpError(400, error ?? "body: not a command");
      try {
        return decider.commandByHand(id, value);
      } catch (error) {
        if (error instanceof UserError) throw new HttpError(409, error.message);
        throw error;
      }
    },
    // A browser shows no client certificate here: where one is required, this is no way in.
    // Nor is it one where nobody logs in, once a proxy lets others reach this server.
    broker:
      security.clientCertificates === "required" || (isOpen && options.proxy.trusted)
        ? undefined
        : broker.embedded,
  });
  page = web;
  started.push(web);
  started.push(new GroupWatch(decider.decisions, (group) => web.events.send("group", group)));

  if (options.simulate) {
    writeFirmwareConfig(config);
    const device = await startDevice(options, broker, devices, log, signal);
    started.push(device);
  }
  const address = reachable(security.listen ?? LOOPBACK);
  const isShadowed = address === LOOPBACK && (await isTakenOnIpv6(web.port));
  if (isShadowed)
    log("page", `Warning: another program has [::1]:${web.port}, so localhost may lead there`, {
      level: "warn",
    });
  const host = isShadowed ? address : address.replace(LOOPBACK, "localhost");
  return { url: `${tls ? "https" : "http"}://${host}:${web.port}`, brokerUrl, rejections, failure };
}

async function startDevice(
  options: Options,
  broker: BrokerInUse,
  devices: Devices,
  log: Log,
  signal?: AbortSignal,
): Promise<SimulatedDevice> {
  const { id } = options;
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
    onPanic: (code) => log("device", `Panic ${code}: ${id} starts anew`, { level: "warn", id }),
    onLed: () => devices.changed(id),
  });
  devices.addSimulated(id, device);
  await firstReading(id, devices, log);
  return device;
}

/** As a device's settings name them. */
function settings({ username, password }: Login): Record<string, string> {
  return { ...(username && { MQTT_USER: username }), ...(password && { MQTT_PWD: password }) };
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
  if (!spoke) log("device", `Warning: ${id} has sent nothing so far`, { level: "warn", id });
}
