import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { FailureLimiter } from "../base/failure-limiter";
import type { Reason, Rejections } from "../base/rejections";
import type { ProxyOptions } from "../setup/proxy-options";
import { type Client, clientOf } from "./client";
import { HttpError, readBody, refuseCrossSite } from "./http-request";

export interface PageAccessOptions {
  /** The token for page and API; undefined if everybody on this machine may use them. */
  token?: string;
  /** Whether this server itself serves HTTPS. */
  tls: boolean;
  proxy: ProxyOptions;
  rejections: Rejections;
}

/** How long a browser stays logged in, s. */
const SESSION_S = 7 * 24 * 3600;
/** Wrong tokens allowed for one address each minute. */
const FAILURES_ALLOWED = 20;

/** Authenticates users of page and API: a program by bearer token, a browser by a login cookie. */
export class PageAccess {
  private readonly failures = new FailureLimiter(FAILURES_ALLOWED);

  constructor(private readonly options: PageAccessOptions) {}

  /** Returns the request's client, also from behind a trusted proxy. */
  client(request: IncomingMessage): Client {
    return clientOf(request, this.options.tls, this.options.proxy.trusted);
  }

  /**
   * Rejects a request that another site's page made a browser send.
   * @throws HttpError 403
   */
  refuseCrossSite(request: IncomingMessage, isWebSocket = false): void {
    try {
      // If there is a token, any host name is accepted: whatever a rebound name could reach needs
      // the token.
      const anyHost = this.options.token !== undefined;
      const { scheme, host } = this.client(request);
      refuseCrossSite(request.headers, isWebSocket ? { host } : { scheme, host }, anyHost);
    } catch (error) {
      this.refuse(request, "cross-site", (error as Error).message);
      throw error;
    }
  }

  /** Whether the request carries the token or a valid login cookie. */
  isAuthenticated(request: IncomingMessage): boolean {
    const { token } = this.options;
    if (token === undefined) return true;
    const bearer = bearerOf(request);
    if (bearer !== undefined) return this.isToken(request, bearer);
    return this.isSession(cookieOf(request, this.cookieName(request)));
  }

  /**
   * Handles `POST /login`, with the token as a form field.
   * @throws HttpError 400, 413 or 429
   */
  async login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await readBody(request));
    const next = form.get("next") === "device" ? "device" : "";
    if (!this.isToken(request, form.get("token") ?? "")) {
      this.askForToken(response, next, "Wrong token.");
      return;
    }
    const expires = String(Math.floor(Date.now() / 1000) + SESSION_S);
    const path = this.options.proxy.basePath;
    const secure = this.client(request).scheme === "https" ? "; Secure" : "";
    const attributes = `Path=${path}; Max-Age=${SESSION_S}; HttpOnly; SameSite=Strict${secure}`;
    const value = `${expires}.${this.seal(expires)}`;
    response.setHeader("set-cookie", `${this.cookieName(request)}=${value}; ${attributes}`);
    // The location is relative, in case a proxy removes a base path that the server was not told
    // about.
    response.writeHead(303, { location: `./${next}` }).end();
  }

  /**
   * Sends the login page in response to a request for a page.
   * @param next the requested page, relative to the base path
   */
  askForToken(response: ServerResponse, next: "" | "device", message = ""): void {
    response.writeHead(401, {
      "content-type": "text/html; charset=utf-8",
      "www-authenticate": "Bearer",
      // Without a referrer, the browser would send the form with the origin "null".
      "referrer-policy": "same-origin",
      "content-security-policy":
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    });
    response.end(loginPage(next, message));
  }

  /**
   * Rejects a request without a valid token.
   * @throws HttpError 401
   */
  refuseUnauthenticated(request: IncomingMessage): never {
    // A wrong token was already counted when it was compared.
    if (bearerOf(request) === undefined) this.refuse(request, "token", "no token");
    throw new HttpError(401, "a token is needed: Authorization: Bearer TOKEN");
  }

  /** Counts and logs a rejected request. */
  refuse(request: IncomingMessage, reason: Reason, what: string): void {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const where = `${request.method ?? "?"} ${path}`;
    this.options.rejections.refuse(
      "page",
      reason,
      `${this.client(request).address}: ${where}: ${what}`,
    );
  }

  /**
   * Returns the cookie's name. Browsers accept a __Host- cookie only over HTTPS and for the path
   * "/" (RFC 6265bis, 4.1.3).
   */
  private cookieName(request: IncomingMessage): string {
    if (this.client(request).scheme === "http") return "nightlight";
    return this.options.proxy.basePath === "/" ? "__Host-nightlight" : "__Secure-nightlight";
  }

  private isToken(request: IncomingMessage, text: string): boolean {
    const { address } = this.client(request);
    if (this.failures.isLockedOut(address)) {
      this.refuse(request, "token-rate", "too many wrong tokens");
      throw new HttpError(429, "token: too many wrong tokens, try again in a minute");
    }
    if (same(text, this.options.token ?? "")) return true;
    this.refuse(request, "token", "a wrong token");
    this.failures.fail(address);
    return false;
  }

  private isSession(value: string): boolean {
    const [expires = "", seal = ""] = value.split(".");
    return same(seal, this.seal(expires)) && Number(expires) * 1000 > Date.now();
  }

  /**
   * Signs a login's expiry with a key derived from the token alone, so that the login survives a
   * restart but not a change of the token.
   */
  private seal(expires: string): string {
    const key = `nightlight page ${this.options.token ?? ""}`;
    return createHmac("sha256", key).update(expires).digest("base64url");
  }
}

/**
 * Compares secrets by their digests: digests have one length and reveal nothing about a secret's
 * length.
 */
export function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

export function cookieOf(request: IncomingMessage, name: string): string {
  for (const part of (request.headers.cookie ?? "").split(/; */))
    if (part.startsWith(`${name}=`)) return part.slice(name.length + 1);
  return "";
}

function loginPage(next: string, message: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <meta name="color-scheme" content="light dark" />
    <title>Nightlight</title>
  </head>
  <body>
    <main>
      <h1>Nightlight</h1>
      <form method="post" action="login">
        <p role="alert">${message}</p>
        <p>
          <label for="token">Token of this server</label><br />
          <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
        </p>
        <input name="next" type="hidden" value="${next}" />
        <button>Log in</button>
      </form>
    </main>
  </body>
</html>
`;
}
