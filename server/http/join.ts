import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { FailureLimiter } from "../base/failure-limiter";
import { allow, HttpError } from "./http-request";
import { cookieOf, type PageAccess } from "./page-access";

/** Letters and digits that nobody takes for one another: 32, so that each stands for 5 bits. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const CODE_LENGTH = 8;
const COOKIE = "nightlight-join";
/** A school day, s. */
const JOINED_S = 12 * 3600;
/** Wrong codes of one address, each minute: a class behind one router has one. */
const FAILURES_ALLOWED = 60;

/**
 * How a class joins: who opens `/join/CODE` may be a device in a tab, and see and do nothing else.
 * The code follows from the token, so it is the same after a restart, and void with another token.
 */
export class Join {
  readonly code: string;
  private readonly failures = new FailureLimiter(FAILURES_ALLOWED);
  private readonly pass: string;

  constructor(
    token: string,
    private readonly access: PageAccess,
    private readonly basePath: string,
  ) {
    const digest = createHmac("sha256", `nightlight join ${token}`).update("code").digest();
    this.code = [...digest.subarray(0, CODE_LENGTH)].map((byte) => ALPHABET[byte & 31]).join("");
    this.pass = createHmac("sha256", `nightlight join ${token}`).update("pass").digest("base64url");
  }

  /** Whether a request is one for a device's tab, of a browser that has joined. */
  admits(path: string | undefined, request: IncomingMessage): boolean {
    if (path === undefined || !/^\/(device(\/.*)?|api\/tab-(device|program))$/.test(path))
      return false;
    return same(cookieOf(request, COOKIE), this.pass);
  }

  /**
   * `GET /join/CODE`
   * @returns false if the path is another
   * @throws HttpError 403 or 429
   */
  answer(path: string | undefined, request: IncomingMessage, response: ServerResponse): boolean {
    const code = /^\/join\/([^/]*)$/.exec(path ?? "")?.[1];
    if (code === undefined) return false;
    allow(request, "GET");
    const { address, scheme } = this.access.client(request);
    if (this.failures.isLockedOut(address)) {
      this.access.refuse(request, "token-rate", "too many wrong codes");
      throw new HttpError(429, "join: too many wrong codes, try again in a minute");
    }
    if (!same(code.toLowerCase(), this.code)) {
      this.failures.fail(address);
      this.access.refuse(request, "token", "a wrong code");
      throw new HttpError(403, "join: that is not the code of this class");
    }
    const secure = scheme === "https" ? "; Secure" : "";
    // Lax: who followed a link of another site's, as in a chat, has it at the next step already.
    response.setHeader(
      "set-cookie",
      `${COOKIE}=${this.pass}; Path=${this.basePath}; Max-Age=${JOINED_S}; HttpOnly; SameSite=Lax${secure}`,
    );
    response.writeHead(303, { location: "../device" }).end();
    return true;
  }
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
