import { networkInterfaces } from "node:os";
import { renderUnicodeCompact } from "uqr";
import type { Options } from "../setup/options";
import { LOOPBACK, pageTls } from "../setup/security-options";

/** The addresses of this machine that others on its networks may reach, IPv4 first. */
export function ownAddresses(listen: string): string[] {
  if (listen !== "0.0.0.0" && listen !== "::")
    return [listen.includes(":") ? `[${listen}]` : listen];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const reachable = all.filter(({ internal, family }) => !internal && family === "IPv4");
  return reachable.length > 0 ? reachable.map(({ address }) => address) : ["localhost"];
}

/** As learners on the network open it. */
export function joinUrls(code: string, options: Options, port: number): string[] {
  const scheme = pageTls(options) ? "https" : "http";
  const { basePath } = options.proxy;
  return ownAddresses(options.security.listen ?? LOOPBACK).map(
    (address) => `${scheme}://${address}:${port}${basePath}join/${code}`,
  );
}

/** An address for the projector, as a QR code of the terminal's characters. */
export function qrCode(url: string): string {
  return renderUnicodeCompact(url, { border: 2 });
}
