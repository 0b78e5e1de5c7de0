import { parseArgs } from "node:util";
import { idExpected } from "../../src/common/id";
import { fieldsOf } from "../../src/common/server-rule";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { parseFlags } from "../base/flags";
import type { LogFormat } from "../base/log";
import { UserError } from "../base/user-error";
import { readBrokerUrl } from "./broker-url";
import { CLUSTER_FLAGS, CLUSTER_HELP, parseShard, type Shard } from "./cluster-options";
import type { Config } from "./config";
import { HISTORY_FLAGS, HISTORY_HELP, type HistoryLimits, parseHistory } from "./history-options";
import { parseProxy, PROXY_FLAGS, PROXY_HELP, type ProxyOptions } from "./proxy-options";
import type { Secrets } from "./secrets";
import { parseSecurity, type Security, SECURITY_FLAGS, SECURITY_HELP } from "./security-options";
import { portNumber, wholeNumber } from "./whole-number";

export interface Options {
  id: string;
  /** The broker to use, or undefined for the embedded one. */
  brokerUrl: string | undefined;
  /** Further nodes of that broker, if it is a cluster. */
  otherBrokerUrls?: string[];
  mqttPort: number;
  httpPort: number;
  /** The simulated sensor's initial light, raw 0..1023. */
  lightRaw: number;
  /** Whether a device runs in this process: simulated, unless `device` is "pi". */
  simulate: boolean;
  /**
   * Sensor and lamp of the device in this process: simulated (the default), or this Raspberry Pi's.
   */
  device?: "simulated" | "pi";
  /**
   * Whether to give the simulator that VS Code starts a sensor and a lamp, and to simulate no
   * device here.
   */
  vscode?: boolean;
  /** Whether learners may join with devices in browser tabs, using a code. */
  classroom?: boolean;
  decide: boolean;
  /** This server's share of the devices; undefined if it is the only server. */
  shard?: Shard | undefined;
  /** Whether to announce the devices to Home Assistant. */
  homeAssistant: boolean;
  secrets: Secrets;
  security: Security;
  proxy: ProxyOptions;
  history: HistoryLimits;
  /** Host from which devices fetch a new program; undefined: the host of their broker. */
  updateHost?: string | undefined;
}

export const HELP = `Usage: npm start -- [options]

Runs a nightlight: a broker, the server that decides, a simulated device, and a page.

  --config FILE     the configuration                      (devicescript.json)
  --id ID           the device's id                        (devicescript.json: id)
  --broker URL      use this broker instead of the embedded one; for a cluster, list its nodes:
                    URL,URL                                (devicescript.json: broker)
  --mqtt-port PORT  port of the embedded broker            (1883)
  --http-port PORT  port of the page                       (8080)
  --light 0..1023   light that the simulated sensor sees   (652)
  --device pi       use this Raspberry Pi's sensor and LED instead of simulated ones
  --no-device       run no device here, only serve others
  --classroom       let a class join with devices in browser tabs, by address or QR code
  --vscode          provide sensor and lamp for the simulator that VS Code debugs
  --no-decide       send no commands: another server decides
  --no-home-assistant  don't announce the devices to Home Assistant
  --update-host HOST  host from which devices fetch new programs (the host of their broker)
  --log FORMAT      text, or json: one object per line     (text)
${CLUSTER_HELP}
${HISTORY_HELP}
${SECURITY_HELP}
${PROXY_HELP}
  --help, --version
`;

/**
 * Parses the command line.
 * @throws UserError "expected X, got Y" with the option's name
 */
export function parseOptions(
  args: string[],
  config: Config,
  secrets: Secrets,
): Options | "help" | "version" {
  const values = readFlags(args);
  if (values.help) return "help";
  if (values.version) return "version";
  checkLog(values.log);
  const configured = config.broker === "embedded" ? undefined : config.broker;
  const given = values.broker === undefined ? [] : readBrokers(values.broker);
  const [brokerUrl = configured, ...otherBrokerUrls] = given;
  if (values.vscode && values["no-device"])
    throw new UserError(
      "--vscode: cannot be combined with --no-device, because it needs a simulated sensor",
    );
  const classroom = values.classroom ?? false;
  checkClassroom(values, brokerUrl);
  const simulate = !values["no-device"] && !values.vscode && !classroom;
  const device = readDevice(values);
  if (simulate && brokerUrl?.startsWith("ws"))
    throw new UserError(
      `--broker: got ${brokerUrl}, but the device here speaks mqtt:// and mqtts:// only; add --no-device`,
    );
  if ((simulate || values.vscode) && !fieldsOf(config.rule).includes("light"))
    throw new UserError(
      "rule.field: the device here measures light only; run other rules with --no-device",
    );
  if (brokerUrl !== undefined && values["mqtt-port"] !== undefined)
    throw new UserError(`--mqtt-port: is for the embedded broker, but the broker is ${brokerUrl}`);
  return {
    id: values.id === undefined ? config.id : checkId(values.id),
    brokerUrl,
    otherBrokerUrls,
    mqttPort: portNumber("--mqtt-port", values["mqtt-port"], 1883),
    httpPort: portNumber("--http-port", values["http-port"], 8080),
    lightRaw: wholeNumber("--light", values.light, 652, [0, LIGHT_MAX_RAW]),
    simulate,
    device,
    vscode: values.vscode ?? false,
    classroom,
    decide: !values["no-decide"],
    shard: parseShard(values),
    homeAssistant: !values["no-home-assistant"],
    secrets,
    security: parseSecurity(classroom ? { listen: "0.0.0.0", ...values } : values, brokerUrl),
    proxy: parseProxy(values),
    history: parseHistory(values),
    updateHost: checkHost(values["update-host"]),
  };
}

/**
 * Reads --config before all other options.
 * @returns the path of the configuration, or undefined for the default
 */
export function configPath(args: string[]): string | undefined {
  return readFlags(args).config;
}

/**
 * Reads the log format before all other options, so that mistakes in the others are reported in
 * this format.
 */
export function logFormat(args: string[]): LogFormat {
  const { values } = parseArgs({ args, options: { log: { type: "string" } }, strict: false });
  return values.log === "json" ? "json" : "text";
}

/**
 * Checks the value of --log.
 * @throws UserError if the format is unknown
 */
export function checkLog(format: string | undefined): void {
  if (format === undefined || format === "text" || format === "json") return;
  throw new UserError(`--log: expected text or json, got "${format}"`);
}

function readFlags(args: string[]) {
  return parseFlags(
    {
      args,
      options: {
        config: { type: "string" },
        id: { type: "string" },
        broker: { type: "string" },
        "mqtt-port": { type: "string" },
        "http-port": { type: "string" },
        light: { type: "string" },
        device: { type: "string" },
        "no-device": { type: "boolean" },
        classroom: { type: "boolean" },
        vscode: { type: "boolean" },
        "no-decide": { type: "boolean" },
        ...CLUSTER_FLAGS,
        "no-home-assistant": { type: "boolean" },
        ...HISTORY_FLAGS,
        log: { type: "string" },
        "update-host": { type: "string" },
        ...SECURITY_FLAGS,
        ...PROXY_FLAGS,
        help: { type: "boolean" },
        version: { type: "boolean" },
      },
    },
    "see npm start -- --help",
  ).values;
}

type Flags = ReturnType<typeof readFlags>;

function checkClassroom(values: Flags, brokerUrl: string | undefined): void {
  if (!values.classroom) return;
  if (brokerUrl !== undefined)
    throw new UserError(`--classroom: needs the embedded broker, but the broker is ${brokerUrl}`);
  if (values.vscode) throw new UserError("--classroom: cannot be combined with --vscode");
  if (values["client-certs"] === "required")
    throw new UserError(
      "--classroom: cannot be combined with --client-certs required, because browser tabs have none",
    );
}

function readDevice({ device = "simulated", light, ...flags }: Flags) {
  if (device !== "simulated" && device !== "pi")
    throw new UserError(`--device: expected simulated or pi, got "${device}"`);
  const without = (["no-device", "classroom", "vscode"] as const).find((flag) => flags[flag]);
  if (device === "pi" && without !== undefined)
    throw new UserError(`--device pi: cannot be combined with --${without}`);
  const notSimulated = device === "pi" ? "device pi" : without === "vscode" ? undefined : without;
  if (light !== undefined && notSimulated !== undefined)
    throw new UserError(
      `--light: is for the simulated sensor, cannot be combined with --${notSimulated}`,
    );
  return device;
}

function checkHost(host: string | undefined): string | undefined {
  if (host === undefined || /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(host)) return host;
  throw new UserError(`--update-host: expected a name or an IPv4 address, got "${host}"`);
}

function checkId(id: string): string {
  const error = idExpected(id);
  if (error) throw new UserError(`--id: ${error}`);
  return id;
}

function readBrokers(text: string): string[] {
  const urls = text.split(",").map((url) => readBrokerUrl("--broker", url, "server"));
  // MQTT.js takes scheme and path from the first node.
  const likeness = (url: string) => `${new URL(url).protocol} ${new URL(url).pathname}`;
  if (new Set(urls.map(likeness)).size > 1)
    throw new UserError(
      `--broker: expected nodes with the same scheme and path, got "${urls.join(",")}"`,
    );
  return urls;
}
