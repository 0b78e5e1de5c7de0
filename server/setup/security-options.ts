import { isIP } from "node:net";
import { resolve } from "node:path";
import type { parseArgs } from "node:util";
import { UserError } from "../base/user-error";
import { type BrokerLimits, DEFAULT_LIMITS, parseLimits } from "./broker-limits";
import { readTls, type Tls } from "./tls";
import { portNumber } from "./whole-number";

/** A port of the embedded broker. */
export interface Listener {
  host: string;
  port: number;
  /** The flag that selects another port, for an error message. */
  option: string;
  tls?: Tls;
  /** Whether TLS clients are asked for a certificate. */
  clientCertificates?: ClientCertificates;
}

export type ClientCertificates = "no" | "optional" | "required";

/** The settings that control access: addresses, TLS, users and limits. */
export interface Security {
  /**
   * Address on which broker and page listen for logged-in clients; undefined: on loopback, for
   * anyone.
   */
  listen?: string;
  /** This server's certificate, and the CA that it trusts. */
  tls: Tls;
  /** Path of the certificate's private key. */
  keyFile?: string;
  clientCertificates: ClientCertificates;
  mqttsPort: number;
  /** Whether to allow plain MQTT beyond loopback, even with TLS. */
  plainMqtt: boolean;
  /** The folder for the broker's state; undefined if the state is kept in memory only. */
  dataDir?: string;
  /** The folder with the files of users and token. */
  usersDir: string;
  limits: BrokerLimits;
}

export const LOOPBACK = "127.0.0.1";
export const DEFAULT_DIR = ".nightlight";

export const OPEN_ON_LOOPBACK: Security = {
  tls: {},
  clientCertificates: "no",
  mqttsPort: 0,
  plainMqtt: false,
  usersDir: resolve(DEFAULT_DIR),
  limits: DEFAULT_LIMITS,
};

export const SECURITY_HELP = `  --listen ADDRESS  listen here for clients that log in    (loopback only, no login)
  --data DIR        folder for history, broker state, users and token (memory; ${DEFAULT_DIR})
  --cert FILE       certificate for TLS of broker and page, and for a --broker that requests one
  --key FILE        private key of the certificate
  --ca FILE         CA to trust, for the --broker and for client certificates
  --client-certs    request client certificates: no, optional or required (no)
  --mqtts-port PORT port of the embedded broker with TLS   (8883)
  --plain-mqtt      with --listen and TLS: allow plain MQTT beyond loopback too
  --limit NAME=N    change a limit, see docs/security.md`;

export const SECURITY_FLAGS = {
  listen: { type: "string" },
  data: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  ca: { type: "string" },
  "client-certs": { type: "string" },
  "mqtts-port": { type: "string" },
  "plain-mqtt": { type: "boolean" },
  limit: { type: "string", multiple: true },
} as const;

type SecurityValues = ReturnType<typeof parseArgs<{ options: typeof SECURITY_FLAGS }>>["values"];

/**
 * Parses the options for access and encryption.
 * @param brokerUrl the broker to use, if it is not the embedded one
 * @throws UserError "expected X, got Y" with the option's name
 */
export function parseSecurity(values: SecurityValues, brokerUrl: string | undefined): Security {
  if (brokerUrl !== undefined)
    for (const name of ["client-certs", "mqtts-port", "plain-mqtt", "limit"] as const)
      if (values[name] !== undefined)
        throw new UserError(
          `--${name}: is for the embedded broker, but the broker is ${brokerUrl}`,
        );
  const tls = readTls(values);
  const clientCertificates = checkClientCertificates(values["client-certs"] ?? "no");
  if (clientCertificates !== "no" && !(tls.cert && tls.ca))
    throw new UserError(`--client-certs ${clientCertificates}: needs --cert, --key and --ca`);
  const { listen, data } = values;
  if (values["mqtts-port"] !== undefined && !tls.cert)
    throw new UserError("--mqtts-port: needs --cert and --key");
  if (values["plain-mqtt"] && !(tls.cert && listen !== undefined))
    throw new UserError("--plain-mqtt: needs --listen, --cert and --key");
  return {
    listen: listen === undefined ? undefined : checkAddress(listen),
    tls,
    ...(values.key !== undefined && { keyFile: values.key }),
    clientCertificates,
    mqttsPort: portNumber("--mqtts-port", values["mqtts-port"], 8883),
    plainMqtt: values["plain-mqtt"] ?? false,
    dataDir: data === undefined ? undefined : resolve(data),
    usersDir: resolve(data ?? DEFAULT_DIR),
    limits: parseLimits(values.limit ?? []),
  };
}

/** The listeners of the embedded broker; the first is for this process's own clients. */
export function brokerListeners(security: Security, mqttPort: number): [Listener, ...Listener[]] {
  const { listen = LOOPBACK, tls, clientCertificates, mqttsPort, plainMqtt } = security;
  const plainHost = tls.cert && !plainMqtt ? LOOPBACK : listen;
  const plain = { host: plainHost, port: mqttPort, option: "--mqtt-port" };
  if (!tls.cert) return [plain];
  const host = listen;
  return [plain, { host, port: mqttsPort, option: "--mqtts-port", tls, clientCertificates }];
}

/**
 * Returns the certificate for the page, if the embedded broker uses it or other machines can reach
 * the page.
 */
export function pageTls(options: { brokerUrl?: string; security: Security }): Tls | undefined {
  const { listen, tls } = options.security;
  return tls.cert && (options.brokerUrl === undefined || listen !== undefined) ? tls : undefined;
}

/** Returns the host by which this machine reaches a listener on the address. */
export function reachableHost(address: string): string {
  if (address === "0.0.0.0" || address === "::") return LOOPBACK;
  return isIP(address) === 6 ? `[${address}]` : address;
}

function checkAddress(text: string): string {
  if (isIP(text) || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text)) return text;
  throw new UserError(
    `--listen: expected an address of this machine, or 0.0.0.0 for all, got "${text}"`,
  );
}

function checkClientCertificates(text: string): ClientCertificates {
  if (text === "no" || text === "optional" || text === "required") return text;
  throw new UserError(`--client-certs: expected no, optional or required, got "${text}"`);
}
