import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { FailureLimiter } from "../base/failure-limiter";
import { HttpError, requireMethod } from "./http-request";
import { cookieOf, type PageAccess, same } from "./page-access";

/** Letters and digits that are not easily confused: 32, so that each encodes 5 bits. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const CODE_CHARS = 8;
const COOKIE = "nightlight-join";
/** How long a browser stays joined, s: a school day. */
const JOINED_S = 12 * 3600;
/** Wrong codes allowed for one address each minute. A class behind one router shares an address. */
const FAILURES_ALLOWED = 60;

/**
 * Lets a class join. A browser that opens `/join/CODE` may run a device in a tab, and nothing else.
 * The code is derived from the token: it survives a restart and becomes invalid if the token
 * changes.
 */
export class ClassJoin {
  readonly code: string;
  private readonly failures = new FailureLimiter(FAILURES_ALLOWED);
  private readonly pass: string;

  constructor(
    token: string,
    private readonly access: PageAccess,
    private readonly basePath: string,
  ) {
    const digest = createHmac("sha256", `nightlight join ${token}`).update("code").digest();
    this.code = [...digest.subarray(0, CODE_CHARS)].map((byte) => ALPHABET[byte & 31]).join("");
    this.pass = createHmac("sha256", `nightlight join ${token}`).update("pass").digest("base64url");
  }

  /** Whether the request is for a device in a tab and comes from a browser that has joined. */
  admits(path: string | undefined, request: IncomingMessage): boolean {
    if (path === undefined || !/^\/(device(\/.*)?|api\/tab-(device|program))$/.test(path))
      return false;
    return same(cookieOf(request, COOKIE), this.pass);
  }

  /**
   * Handles `GET /join/CODE`.
   * @returns false if the path belongs to another handler
   * @throws HttpError 403 or 429
   */
  answer(path: string | undefined, request: IncomingMessage, response: ServerResponse): boolean {
    const code = /^\/join\/([^/]*)$/.exec(path ?? "")?.[1];
    if (code === undefined) return false;
    requireMethod(request, "GET");
    const { address, scheme } = this.access.client(request);
    if (this.failures.isLockedOut(address)) {
      this.access.refuse(request, "token-rate", "too many wrong codes");
      throw new HttpError(429, "join: too many wrong codes, try again in a minute");
    }
    if (!same(code.toLowerCase(), this.code)) {
      this.failures.fail(address);
      this.access.refuse(request, "token", "a wrong code");
      throw new HttpError(403, "join: wrong code");
    }
    const secure = scheme === "https" ? "; Secure" : "";
    // Lax, not Strict: if a learner follows a link from another site, such as a chat, the redirect
    // below must already carry the cookie.
    response.setHeader(
      "set-cookie",
      `${COOKIE}=${this.pass}; Path=${this.basePath}; Max-Age=${JOINED_S}; HttpOnly; SameSite=Lax${secure}`,
    );
    response.writeHead(303, { location: "../device" }).end();
    return true;
  }
}
