import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { LIGHT_MAX_RAW } from "../../src/common/wire";
import { textOf } from "../base/text";
import { messageOf } from "../base/user-error";
import type { Client } from "./client";

/** A response other than success. The client gets the message as `{"error": …}`. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The allowed methods, for status 405. */
    readonly allow?: string,
  ) {
    super(message);
  }
}

const MAX_BODY_BYTES = 4096;

/**
 * Reads the body of a request as text.
 * @throws HttpError 413 or 400
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new HttpError(413, `body: expected at most ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return textOf(Buffer.concat(chunks));
  } catch (error) {
    throw new HttpError(400, `body: ${messageOf(error)}`);
  }
}

/**
 * Reads the body of a request as a JSON object.
 * @throws HttpError 413 or 400
 */
export async function readJsonObject(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<Record<string, unknown>> {
  const body = await readBody(request, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new HttpError(400, "body: expected JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new HttpError(400, "body: expected a JSON object");
  return value as Record<string, unknown>;
}

/**
 * Rejects requests that another site's page made a browser send: such a page can't send our own
 * origin. A name that was rebound to this machine is recognised by the Host header.
 * @param scheme of our own origin, or undefined to accept both
 * @param anyHost whether names other than this machine's loopback names are accepted
 * @throws HttpError 403
 */
export function refuseCrossSite(
  headers: IncomingHttpHeaders,
  { scheme, host }: Pick<Client, "host"> & Partial<Client>,
  anyHost: boolean,
): void {
  const name = hostname(`http://${host}`);
  if (!anyHost && !["localhost", "127.0.0.1", "[::1]"].includes(name))
    throw new HttpError(403, `Host: expected localhost, got ${host || "nothing"}`);
  // The browser sets this header; no page can forge it (W3C Fetch Metadata, section 2.3). Unlike
  // Origin, it is right even if a proxy has changed the scheme and Host.
  const site = headers["sec-fetch-site"];
  if (site === "same-origin") return;
  const { origin } = headers;
  if (origin !== undefined && !isOwn(origin, scheme, host))
    throw new HttpError(403, `Origin: expected this page's own, got ${origin}`);
  // Another site may link to the page, but not embed images or scripts from here.
  const navigates = headers["sec-fetch-mode"] === "navigate";
  if (!navigates && (site === "cross-site" || site === "same-site"))
    throw new HttpError(403, `Sec-Fetch-Site: expected same-origin, got ${site}`);
}

/**
 * Whether the origin is this server's. For a WebSocket the scheme is ignored: Paho always sends
 * https, and code in a browser can't set the Origin header.
 */
function isOwn(origin: string, scheme: string | undefined, host: string): boolean {
  if (scheme !== undefined) return origin === `${scheme}://${host}`;
  const bare = (address: string) => address.replace(/:(80|443)$/, "");
  return bare(origin.replace(/^https?:\/\//, "")) === bare(host);
}

function hostname(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : "";
}

export function queryOf({ url = "/" }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.split("?", 2)[1] ?? "");
}

/**
 * Rejects a request with another method than these. HEAD counts as GET.
 * @throws HttpError 405
 */
export function requireMethod({ method = "?" }: IncomingMessage, ...methods: string[]): void {
  if (methods.includes(method === "HEAD" ? "GET" : method)) return;
  const words = methods.join(", ").replace(/, (\w+)$/, " or $1");
  throw new HttpError(405, `expected ${words}, got ${method}`, methods.join(", "));
}

/**
 * Checks a light level from a request, raw, 0..1023.
 * @param otherwise words for other allowed values, appended to the message
 * @throws HttpError 400
 */
export function parseLight(value: unknown, otherwise = ""): number {
  if (typeof value === "number" && value >= 0 && value <= LIGHT_MAX_RAW) return value;
  throw new HttpError(400, `light: expected a number from 0 to ${LIGHT_MAX_RAW}${otherwise}`);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(value)}\n`);
}
