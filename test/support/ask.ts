import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, type RequestOptions } from "node:https";
import { buffer } from "node:stream/consumers";

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
  /** Length of the body as it was sent, compressed or not, bytes. */
  bytes: number;
}

/** Sends a request with exactly these headers. `fetch` would add headers of its own. */
export async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
  body = "",
  options: RequestOptions = {},
): Promise<Answer> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const outgoing = request(url, { ...options, method, headers }).end(body);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  // If the connection breaks from here on, reading the body fails.
  outgoing.on("error", () => undefined);
  const bytes = await buffer(response);
  const { statusCode: status = 0 } = response;
  return { status, headers: response.headers, body: bytes.toString(), bytes: bytes.length };
}
