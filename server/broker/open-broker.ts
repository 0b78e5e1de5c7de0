import { isIP } from "node:net";
import type { TopicNames } from "../../src/common/wire";
import type { DiskHealth } from "../base/disk-health";
import type { Log } from "../base/log";
import type { Rejections } from "../base/rejections";
import { UserError } from "../base/user-error";
import type { Options } from "../setup/options";
import { brokerListeners, reachableHost, type Security } from "../setup/security-options";
import { Users } from "../setup/users";
import { Broker } from "./broker";
import type { LocalClient, LocalOptions } from "./local-client";
import type { Will } from "./packets";

export interface Login {
  username?: string;
  password?: string;
}

/** The broker that this process uses. */
export interface OpenedBroker {
  /** Set if the broker runs in this process. */
  embedded?: Broker;
  /** The broker's URL, as this process reaches it. */
  url: string;
  /** Attaches a client to the broker inside this process. */
  attach?: (
    clientId: string,
    will: Will | undefined,
    onMessage: LocalOptions["onMessage"],
  ) => LocalClient;
  /** The login of the simulated device and, if the broker is elsewhere, also of the server. */
  login: Login;
}

/**
 * Returns the broker given in the options, or starts the embedded broker.
 * @throws UserError if other machines may connect, but there is no user
 */
export async function openBroker(
  options: Options,
  topics: TopicNames,
  rejections: Rejections,
  disk: DiskHealth,
  log: Log,
): Promise<OpenedBroker> {
  const { brokerUrl, security, secrets } = options;
  if (brokerUrl !== undefined) {
    const login = { username: secrets.MQTT_USER, password: secrets.MQTT_PWD };
    return { url: brokerUrl, login };
  }

  const users = new Users(security.usersDir);
  if (security.listen !== undefined && users.size === 0 && !options.classroom)
    throw new UserError(
      `--listen ${security.listen}: nobody could log in; add a device with npm run user -- add ID${dataFlag(security)}`,
    );
  const listeners = brokerListeners(security, options.mqttPort);
  const broker = await Broker.start({
    listeners,
    rejections,
    users,
    limits: security.limits,
    topics,
    loginRequired: security.listen !== undefined,
    dataDir: security.dataDir,
    onDisk: (isWritten) => (isWritten ? disk.recovered("broker") : disk.failed("broker")),
    onTrouble: (message) => log("broker", `Error: ${message}`, { level: "error" }),
    onNews: (message) => log("broker", message),
  });
  const address = (host: string, i: number) =>
    `${listeners[i]?.tls ? "mqtts" : "mqtt"}://${host}:${broker.ports[i] ?? 0}`;
  const bound = listeners.map(({ host }, i) => address(isIP(host) === 6 ? `[${host}]` : host, i));
  log("broker", `Listening on ${bound.join(" and ")}`);
  if (security.listen !== undefined && !security.tls.cert)
    log("broker", "Warning: passwords and the token are sent unencrypted; --cert adds TLS", {
      level: "warn",
    });
  return {
    embedded: broker,
    url: address(reachableHost(listeners[0].host), 0),
    attach: (clientId, will, onMessage) => broker.attach({ clientId, will, onMessage }),
    login: broker.account(options.id),
  };
}

/** The `--data` option with which `npm run user` uses the same folder as `npm start`. */
function dataFlag({ dataDir }: Security): string {
  if (dataDir === undefined) return "";
  return ` --data ${/\s/.test(dataDir) ? `"${dataDir}"` : dataDir}`;
}
