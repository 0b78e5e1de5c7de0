/** The addresses at which people and devices reach this server. */
import { networkInterfaces } from "node:os";
import type { Log } from "../base/log";
import type { OpenedBroker } from "../broker/index";
import type { Options } from "../setup/options";
import { LOOPBACK, pageTls, reachableHost } from "../setup/security-options";

/**
 * Returns the addresses at which other machines on the network reach this one; IPv4 only if the
 * server listens on all addresses.
 */
export function ownAddresses(listen: string): string[] {
  if (listen !== "0.0.0.0" && listen !== "::")
    return [listen.includes(":") ? `[${listen}]` : listen];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const reachable = all.filter(({ internal, family }) => !internal && family === "IPv4");
  return reachable.length > 0 ? reachable.map(({ address }) => address) : ["localhost"];
}

/** Returns the URLs that learners on the network open. */
export function joinUrls(code: string, options: Options, port: number): string[] {
  const { basePath } = options.proxy;
  return ownAddresses(options.security.listen ?? LOOPBACK).map(
    (address) => `${scheme(options)}://${address}:${port}${basePath}join/${code}`,
  );
}

/**
 * Returns the page's address for a person on this machine.
 * @param isTakenOnIpv6 whether another program listens on the port at [::1], to which the name
 * localhost may lead
 */
export async function pageUrl(
  options: Options,
  port: number,
  isTakenOnIpv6: (port: number) => Promise<boolean>,
  log: Log,
): Promise<string> {
  const { listen = LOOPBACK } = options.security;
  const address = reachableHost(listen);
  // If this server listens on `::`, it is the one that listens on [::1].
  const isShadowed = address === LOOPBACK && listen !== "::" && (await isTakenOnIpv6(port));
  if (isShadowed)
    log("page", `Warning: another program listens on [::1]:${port}, so localhost may lead there`, {
      level: "warn",
    });
  const host = isShadowed ? address : address.replace(LOOPBACK, "localhost");
  return `${scheme(options)}://${host}:${port}`;
}

/**
 * Returns the host at which devices reach this server; `*` stands for the host of their own broker.
 */
export function updateHost(
  { updateHost, security }: Options,
  { embedded, url }: Pick<OpenedBroker, "embedded" | "url">,
): string {
  if (updateHost !== undefined) return updateHost;
  const isHere = embedded !== undefined || /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname);
  return isHere ? "*" : (ownAddresses(security.listen ?? LOOPBACK)[0] ?? LOOPBACK);
}

function scheme(options: Options): "http" | "https" {
  return pageTls(options) ? "https" : "http";
}
