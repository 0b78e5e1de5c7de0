import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isTabId, TAB_ID_BYTES, TAB_ID_PREFIX, type TabLogin } from "../base/tab-id";

/**
 * Logins of devices in browser tabs. A password follows from the id and the secret, so that
 * nothing has to be kept: they outlive the server, but not a change of the secret.
 */
export class TabLogins {
  /** @param secret what opens the page; empty if everybody on this machine may use it */
  constructor(private readonly secret: string) {}

  /** @returns the login of a new device; nobody gets one for an id that another has */
  issue(): TabLogin {
    const id = TAB_ID_PREFIX + randomBytes(TAB_ID_BYTES).toString("hex");
    return { id, password: this.passwordOf(id).toString("base64url") };
  }

  isOwn(id: string, password: Buffer | string): boolean {
    if (!isTabId(id)) return false;
    const own = Buffer.from(this.passwordOf(id).toString("base64url"));
    const given = Buffer.from(password);
    return own.length === given.length && timingSafeEqual(own, given);
  }

  private passwordOf(id: string): Buffer {
    return createHmac("sha256", `nightlight tab ${this.secret}`).update(id).digest();
  }
}
