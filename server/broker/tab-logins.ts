import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isTabId, TAB_ID_BYTES, TAB_ID_PREFIX, type TabLogin } from "../base/tab-id";

/**
 * Logins of devices in browser tabs. A password is derived from the id and the secret, so nothing
 * is stored: logins survive a restart of the server, but not a change of the secret.
 */
export class TabLogins {
  /** @param secret the secret that opens the page; empty if everybody on this machine may use it */
  constructor(private readonly secret: string) {}

  /**
   * @returns the login of a new device. The device's id is random, so no other device has this
   * login.
   */
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
