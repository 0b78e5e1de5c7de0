import { networkInterfaces } from "node:os";
import { renderUnicodeCompact } from "uqr";
import type { Options } from "../setup/options";
import { LOOPBACK, pageTls } from "../setup/security-options";

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
  const scheme = pageTls(options) ? "https" : "http";
  const { basePath } = options.proxy;
  return ownAddresses(options.security.listen ?? LOOPBACK).map(
    (address) => `${scheme}://${address}:${port}${basePath}join/${code}`,
  );
}

/** Returns a URL as a QR code made of terminal characters, for a projector. */
export function qrCode(url: string): string {
  return renderUnicodeCompact(url, { border: 2 });
}
