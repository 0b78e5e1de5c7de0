/**
 * A broker's address. This file has the only parser for such addresses, for the device and for
 * Node. Pure; imports nothing.
 */
export interface BrokerAddress {
  /** `mqtt`, `mqtts`, `ws` or `wss`, in lower case. */
  scheme: string;
  /** Host name or IP address in lower case; an IPv6 address without its brackets. */
  host: string;
  port: number;
  tls: boolean;
  /** For a WebSocket, the path including its first `/`; otherwise empty. */
  path: string;
}

const SCHEMES = ["mqtt", "mqtts", "ws", "wss"];
/**
 * Default ports of `SCHEMES`. MQTT's ports are registered with IANA; WebSocket uses those of HTTP
 * (RFC 6455, 3).
 */
const PORTS = [1883, 8883, 80, 443];

/**
 * The broker that a device connects to unless its own settings name another one. With the embedded
 * broker, this is the device's own machine.
 * @param configured `broker` of devicescript.json
 */
export function presetBroker(configured: string): string {
  return configured === "embedded" ? "mqtt://127.0.0.1:1883" : configured;
}

/**
 * Parses `SCHEME://HOST[:PORT][PATH]` (RFC 3986, 3); an IPv6 address stands in brackets. Uses no
 * regular expressions, because the device can't evaluate them.
 * @returns the address, or an error: what was expected instead
 */
export function parseBrokerAddress(text: string): BrokerAddress | string {
  const schemeEnd = text.indexOf("://");
  const kind = schemeEnd < 0 ? -1 : SCHEMES.indexOf(text.slice(0, schemeEnd).toLowerCase());
  if (kind < 0) return "expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT]";
  // An `@` is rejected anywhere in the text, not only before the host: a password may contain any
  // character.
  if (text.indexOf("@") >= 0) return "expected user and password in MQTT_USER and MQTT_PWD";
  let host = text.slice(schemeEnd + 3).toLowerCase();
  let path = "";
  const slash = host.indexOf("/");
  if (slash >= 0) {
    path = text.slice(schemeEnd + 3 + slash);
    host = host.slice(0, slash);
  }
  const bracket = host[0] === "[" ? host.indexOf("]") : -1;
  let port = PORTS[kind] as number;
  const colon = host.indexOf(":", bracket + 1);
  if (colon >= 0) {
    port = readPort(host.slice(colon + 1));
    host = host.slice(0, colon);
  }
  if (!port) return "expected a port from 1 to 65535, and an IPv6 address in brackets";
  if (bracket >= 0 && bracket === host.length - 1) {
    host = host.slice(1, bracket);
    if (host.indexOf(":") < 0 || !consistsOf(host, "0123456789abcdef:."))
      return "expected an IPv6 address in the brackets";
  } else if (!host || !consistsOf(host, HOST_CHARACTERS))
    return "expected a host name, an IPv4 address or an IPv6 address in brackets";
  if (kind < 2 && path === "/") path = "";
  if (kind < 2 && path) return "expected no path, which only ws:// and wss:// have";
  return { scheme: SCHEMES[kind] as string, host, port, tls: kind === 1 || kind === 3, path };
}

const HOST_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-._";

/** Formats an address in the canonical spelling that `parseBrokerAddress` produces. */
export function formatBrokerAddress({ scheme, host, port, path }: BrokerAddress): string {
  return `${scheme}://${host.indexOf(":") < 0 ? host : `[${host}]`}:${port}${path}`;
}

/** @returns the port, or 0 if the text is not a port number */
function readPort(text: string): number {
  if (!text || text.length > 5 || !consistsOf(text, "0123456789")) return 0;
  const port = parseInt(text);
  return port < 65536 ? port : 0;
}

function consistsOf(text: string, characters: string): boolean {
  for (let at = 0; at < text.length; at++)
    if (characters.indexOf(text[at] as string) < 0) return false;
  return true;
}
