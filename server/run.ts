import { EventEmitter } from "node:events";
import { join } from "node:path";
import type { PiDevices } from "../boards/raspberry-pi";
import { fieldsOf } from "../src/common/server-rule";
import { serverClientId } from "../src/common/wire";
import { CLOCK } from "./base/clock";
import { DiskHealth } from "./base/disk-health";
import { isTakenOnIpv6 } from "./base/localhost";
import type { Log } from "./base/log";
import { bundlePage } from "./base/page-bundle";
import { Rejections } from "./base/rejections";
import { ROOT } from "./base/root";
import { stopAll, type Stoppable } from "./base/stop-all";
import { messageOf, type UserError } from "./base/user-error";
import { sourceVersion } from "./base/version";
import { openBroker, type OpenedBroker, TabLogins } from "./broker/index";
import { EditedPrograms } from "./compiler/edited-programs";
import { Counters, Decider, DeviceNames, Devices, type ServerEvents } from "./deciding/index";
import { Firmware } from "./firmware";
import { History } from "./history/index";
import { Announcer } from "./home-assistant/announcer";
import {
  ClassJoin,
  ClassRoom,
  joinUrls,
  Metrics,
  PageAccess,
  pageUrl,
  readToken,
  RecentMessages,
  updateHost,
  WebServer,
} from "./http/index";
import type { Config } from "./setup/config";
import { exposedSecrets } from "./setup/exposed-secrets";
import { listedDevices } from "./setup/listed-devices";
import type { Options } from "./setup/options";
import { LOOPBACK, pageTls } from "./setup/security-options";
import { UpdateKeys } from "./setup/update-keys";
import { COMPILING, preloadSimulator, simulateForVsCode, Simulation } from "./simulate";
import type { SimulatedDevice } from "./simulator/device";
import { tabFiles } from "./simulator/tab-files";
import { OrderLog, Updates } from "./updates/index";

export interface RunningServer {
  /** The page's address. */
  url: string;
  /**
   * Addresses at which a class joins, one per network of this machine; empty if there is no class.
   */
  joinUrls: string[];
  /** The broker's address for devices on this machine. */
  brokerUrl: string;
  /** Counts of refused or ignored input, by reason. */
  rejections: Rejections;
  /**
   * Resolves once the simulated device has sent a reading. Rejects if its firmware does not
   * compile.
   */
  ready: Promise<void>;
  /** The device in this process, once its program runs. Rejects like `ready`. */
  device: Promise<SimulatedDevice | PiDevices | undefined>;
  /** Resolves with the reason if the server can't continue; the caller must then stop it. */
  failure: Promise<UserError>;
  stop(): Promise<void>;
}

/**
 * Starts broker, server, page and simulated device, as the options require.
 * @returns when the page can be opened; the simulated device may not be ready yet
 * @throws UserError for a mistake that a person can fix; all parts are stopped in that case
 */
export async function run(options: Options, config: Config, log: Log): Promise<RunningServer> {
  const started: Stoppable[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= stopAll(started.reverse()));
  const add = <T extends Stoppable>(part: T): T => {
    started.push(part);
    return part;
  };
  try {
    return { ...(await start(options, config, log, add)), stop };
  } catch (error) {
    await stop().catch((failed: unknown) => log("server", `Error: ${messageOf(failed)}`));
    throw error;
  }
}

/**
 * Starts the parts in order.
 * @param add registers each part when it is started: parts are stopped in the reverse order
 */
async function start(
  options: Options,
  config: Config,
  log: Log,
  add: <T extends Stoppable>(part: T) => T,
): Promise<Omit<RunningServer, "stop">> {
  const { security, decide: decides } = options;
  const { rule } = config;
  for (const words of exposedSecrets(security))
    log("server", `Warning: ${words}`, { level: "warn" });
  const bus = new EventEmitter<ServerEvents>();
  const failure = new Promise<UserError>((resolve) => bus.once("failure", resolve));
  const counts = new Counters();
  const rejections = new Rejections(log);
  const listed = listedDevices(options.id, config);
  const names: DeviceNames = new DeviceNames((id) => devices.changed(id));
  const nameOf = (id: string) => names.of(id);
  const orderExpiresMs = config.commands.expiresMs;
  const devices = add(new Devices({ ...listed, nameOf, orderExpiresMs, clock: CLOCK }, bus));

  // esbuild bundles in its own process while the broker starts.
  const assets = bundlePage(join(ROOT, "server/page"));
  assets.catch(() => undefined);

  const disk = new DiskHealth((unwritten) => bus.emit("disk", unwritten));
  const { topicPrefix, homeAssistant } = config;
  const topics = { prefix: topicPrefix, discovery: homeAssistant.prefix };
  const broker = await openBroker(options, topics, rejections, disk, log);
  if (broker.embedded) add(broker.embedded);

  const historyStart = History.start(
    { dataDir: security.dataDir, ...options.history },
    { disk, rejections, log },
  );
  // The simulator is loaded now, because this thread would otherwise only wait for the history's
  // thread.
  if (options.simulate) preloadSimulator();
  const history = add(await historyStart);
  bus.on("reading", (reading) => history.add(reading));
  bus.on("led", (led) => history.add({ ...led, values: {} }));

  const metrics = new Metrics({ bus, counts, rejections, devices, disk, broker: broker.embedded });
  const messages = new RecentMessages(bus);
  const decider = add(
    await Decider.start(
      {
        brokerUrl: broker.url,
        otherBrokerUrls: options.otherBrokerUrls,
        mqtt5: broker.embedded === undefined,
        attach: broker.attach,
        // If another server decides, the lesson's client id belongs to that server.
        clientId: decides
          ? serverClientId(topicPrefix + options.id)
          : `${topicPrefix}${options.id}nightlight_watcher`,
        ...broker.login,
        tls: security.tls,
        bus,
        rejections,
        clock: CLOCK,
        scope: { id: options.id, devices: config.devices },
        decide: decides,
        shard: options.shard,
        rule,
        groups: config.groups,
        commands: config.commands,
        names,
        topicPrefix,
        homeAssistantStatus: homeAssistant.statusTopic,
        isOthersTopic: (topic) =>
          topic === homeAssistant.statusTopic || topic.startsWith(`${topics.discovery}/device/`),
        counts,
      },
      devices,
      log,
    ),
  );
  log("server", `Connected to ${decider.brokerUrl}${decides ? "" : ", watching only"}`);

  if (options.homeAssistant && decides)
    add(
      new Announcer(
        {
          bus,
          topics,
          devices,
          rule,
          intervalMs: config.telemetry.intervalMs,
          silenceMs: listed.usualSilenceMs,
          isCommanded: (id) => decider.decisions.commands(id),
          speaksFor: (id) => decider.speaksFor(id),
          retain: (topic, payload) => decider.retain(topic, payload),
        },
        log,
      ),
    );

  const firmware = add(new Firmware(config, options.device === "pi"));
  const tls = pageTls(options);
  const isOpen = security.listen === undefined;
  // A token is needed behind a proxy even on loopback: all its clients reach this server, and seem
  // to come from loopback.
  const token = isOpen && !options.proxy.trusted ? undefined : readToken(security.usersDir, log);
  const forBrowsers = brokerForBrowsers(options, broker);
  const tabLogins = new TabLogins(token ?? "");
  forBrowsers?.admitTabs(tabLogins);
  const access = new PageAccess({
    token,
    tls: tls !== undefined,
    proxy: options.proxy,
    rejections,
  });
  const { basePath } = options.proxy;
  const keys = new UpdateKeys(security.usersDir);
  const updates: Updates = add(
    new Updates({
      dir: security.usersDir,
      keys,
      bus,
      devices,
      clock: CLOCK,
      log,
      fw: sourceVersion,
      compile: (board) => firmware.programFor(board),
      compiled: (board) => firmware.compiledFor(board),
      order: (id, text) => decider.order(id, text),
      isLinked: () => counts.brokerConnected,
      address: () => `${tls ? "wss" : "ws"}://${updateHost(options, broker)}:${web.port}`,
    }),
  );
  const classJoin = options.classroom && token ? new ClassJoin(token, access, basePath) : undefined;
  // Only people with the token or the class's code may compile.
  const programs = classJoin && add(new EditedPrograms(() => firmware.sources()));
  const web: WebServer = add(
    await WebServer.start({
      host: security.listen ?? LOOPBACK,
      port: options.httpPort,
      tls,
      // The token must exist before a port is open to others.
      access,
      join: classJoin,
      classRoom: forBrowsers && new ClassRoom(),
      basePath,
      maxConnections: security.limits.connections,
      assets: await assets,
      bus,
      clock: CLOCK,
      counts,
      decider,
      decides,
      devices,
      disk,
      messages,
      names,
      topicPrefix,
      rule,
      metrics,
      history: { history, fields: fieldsOf(rule), silenceMs: listed.usualSilenceMs },
      updates: {
        updates,
        groups: config.groups,
        orderLog: new OrderLog(log),
        from: (request) => access.client(request).address,
      },
      broker: forBrowsers,
      tabs: forBrowsers && {
        logins: tabLogins,
        files: () => tabFiles(programs !== undefined),
        program: () => firmware.bytecode(() => log("device", COMPILING)),
      },
      tabPrograms: programs && {
        logins: tabLogins,
        original: () => programs.original(),
        refusal: (device) => programs.refusal(device),
        compile: (device, source) => programs.compile(device, source),
      },
    }),
  );

  const url = await pageUrl(options, web.port, isTakenOnIpv6, log);
  log("page", `Listening on ${url}`);

  const simulated = { options, config, firmware, broker, bus, devices, keys, log };
  if (options.vscode) add(await simulateForVsCode(simulated));
  const simulation = options.simulate ? add(new Simulation(simulated)) : undefined;
  const ready = simulation?.ready ?? Promise.resolve();
  const device = simulation?.device ?? Promise.resolve(undefined);
  const joining = classJoin ? joinUrls(classJoin.code, options, web.port) : [];
  return { url, joinUrls: joining, brokerUrl: broker.url, rejections, ready, device, failure };
}

/** Returns the embedded broker if browsers may connect to it by MQTT over WebSocket. */
function brokerForBrowsers({ security, proxy }: Options, { embedded }: OpenedBroker) {
  // A tab can't present a client certificate, so a required one rules out this path.
  if (security.clientCertificates === "required") return undefined;
  // Tabs may not connect either if a proxy lets others reach this server and nobody has to log in.
  return security.listen === undefined && proxy.trusted ? undefined : embedded;
}
