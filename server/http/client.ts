import type { IncomingMessage } from "node:http";
import { type BlockList, isIP } from "node:net";
import { peerAddress } from "../base/peer-address";

/** The client of a request, and the server's address as that client sees it. */
export interface Client {
  address: string;
  scheme: "http" | "https";
  /** The server's host and port. */
  host: string;
}

/**
 * Returns the client of a request. `X-Forwarded-For`, `-Proto` and `-Host` count only if they come
 * from a trusted proxy, because any client can send them.
 * @param isTls whether the request itself arrived over TLS
 */
export function clientOf(
  request: Pick<IncomingMessage, "headers"> & { socket: { remoteAddress?: string } },
  isTls: boolean,
  trusted: BlockList | undefined,
): Client {
  const { headers, socket } = request;
  const peer = peerAddress(socket);
  const direct: Client = {
    address: peer,
    scheme: isTls ? "https" : "http",
    host: headers.host ?? "",
  };
  if (!trusted || !isTrusted(trusted, peer)) return direct;
  const proto = lastOf(headers["x-forwarded-proto"])?.toLowerCase();
  return {
    address: forwardedFor(headers["x-forwarded-for"], trusted) ?? peer,
    scheme: proto === "http" || proto === "https" ? proto : direct.scheme,
    host: lastOf(headers["x-forwarded-host"]) ?? direct.host,
  };
}

/**
 * Returns the client's address from `X-Forwarded-For`. Each proxy appends the address of its peer,
 * so the list is read from the end: entries from trusted proxies are true, and the first untrusted
 * address is the client's.
 */
function forwardedFor(
  header: string | string[] | undefined,
  trusted: BlockList,
): string | undefined {
  let client: string | undefined;
  for (const text of listOf(header).reverse()) {
    const address = plainAddress(text);
    if (address === undefined) break;
    client = address;
    if (!isTrusted(trusted, address)) break;
  }
  return client;
}

function isTrusted(trusted: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** Removes the port that some proxies add: 192.0.2.1:5000 or [2001:db8::1]:5000. */
function plainAddress(text: string): string | undefined {
  const address = text
    .replace(/^\[([^\]]*)\](:\d+)?$/, "$1")
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1")
    .replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? undefined : address;
}

/** Returns the entry that the nearest proxy added. */
function lastOf(header: string | string[] | undefined): string | undefined {
  return listOf(header).at(-1);
}

function listOf(header: string | string[] | undefined = ""): string[] {
  const text = typeof header === "string" ? header : header.join(",");
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
