import { BlockList, isIP } from "node:net";
import { UserError } from "../base/user-error";

/** The reverse proxy between browsers and this server. */
export interface ProxyOptions {
  /** Proxies whose headers about a request's origin are trusted; undefined: none. */
  trusted?: BlockList;
  /** Path of the page, with a slash at both ends: "/", or a path that the proxy passes on. */
  basePath: string;
}

export const NO_PROXY: ProxyOptions = { basePath: "/" };

export const PROXY_HELP = `  --trust-proxy ADDRESS  address or network of a reverse proxy, see docs/proxy.md
  --base-path PATH  the page's path behind that proxy      (/)`;

export const PROXY_FLAGS = {
  "trust-proxy": { type: "string", multiple: true },
  "base-path": { type: "string" },
} as const;

/**
 * Parses the options of the reverse proxy.
 * @throws UserError "expected X, got Y" with the option's name
 */
export function parseProxy(values: {
  "trust-proxy"?: string[];
  "base-path"?: string;
}): ProxyOptions {
  const { "trust-proxy": addresses = [], "base-path": basePath = "/" } = values;
  if (!/^\/([A-Za-z0-9._~-]+\/)*$/.test(basePath) || /\/\.\.?\//.test(basePath))
    throw new UserError(
      `--base-path: expected a path between slashes, such as /nightlight/, got "${basePath}"`,
    );
  if (addresses.length === 0) return { basePath };
  const trusted = new BlockList();
  for (const address of addresses) add(trusted, address);
  return { basePath, trusted };
}

/**
 * Adds a trusted address, or a trusted network with the length of its prefix (RFC 4632, RFC 4291).
 */
function add(trusted: BlockList, text: string): void {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const max = family === "ipv6" ? 128 : 32;
  const length = prefix === undefined ? max : Number(prefix);
  const wellFormed = isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix ?? "0");
  if (!wellFormed || length < 1 || length > max)
    throw new UserError(
      `--trust-proxy: expected an address or a network, such as 127.0.0.1 or 10.0.0.0/8, got "${text}"`,
    );
  trusted.addSubnet(address, length, family);
}
