import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { FailureLimiter } from "../base/failure-limiter";
import { Refusal } from "../base/rejections";
import type { BrokerLimits } from "../setup/broker-limits";
import { hashPassword, passwordMatches } from "../setup/password";
import type { User, Users } from "../setup/users";
import type { Identity } from "./access";
import type { TabLogins } from "./tab-logins";

export interface Credentials {
  address: string;
  username?: string;
  password?: Buffer;
  /** Common name of a client certificate that is signed by a trusted CA. */
  certificate?: string;
}

interface Account {
  identity: Identity;
  secret: Buffer;
}

/**
 * Limits of running and of waiting password checks, because each check (scrypt) occupies a core.
 */
const MAX_CHECKS = 2;
const MAX_WAITING = 100;

/** Identifies the clients of the embedded broker. */
export class Logins {
  /** Accounts of this process, whose secrets last as long as the process. */
  private readonly accounts = new Map<string, Account>();
  /**
   * Proofs of passwords that were right before, by password hash, so that a reconnect needs no
   * scrypt.
   */
  private readonly proven = new Map<string, Buffer>();
  private readonly proofKey = randomBytes(32);
  private readonly failures: FailureLimiter;
  /** Logins of devices in browser tabs, if there may be any. */
  tabs: TabLogins | undefined;
  /**
   * Password hash that is checked for unknown names, so that the response time does not tell which
   * names exist.
   */
  private readonly nobody = hashPassword(randomBytes(16).toString("hex"));
  private checks = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param required whether clients must log in; false accepts anonymous clients */
  constructor(
    private readonly users: Users | undefined,
    private readonly required: boolean,
    limits: Pick<BrokerLimits, "failed-logins">,
    nowMs?: () => number,
  ) {
    this.failures = new FailureLimiter(limits["failed-logins"], nowMs);
  }

  /** @returns the login for a device of this process */
  addAccount(name: string): { username: string; password: string } {
    const password = randomBytes(32).toString("base64url");
    this.accounts.set(name, { identity: { role: "device", name }, secret: Buffer.from(password) });
    return { username: name, password };
  }

  /** Whether a client that was accepted before would be accepted now. */
  stillKnown({ name, record }: Identity): boolean {
    return record === undefined || record === JSON.stringify(this.users?.get(name));
  }

  /**
   * Identifies a client by its credentials.
   * @throws Refusal with the reason, without any secret
   */
  async identify(credentials: Credentials): Promise<Identity> {
    const { username, certificate, address } = credentials;
    const own = username === undefined ? undefined : this.accounts.get(username);
    if (own && credentials.password && same(credentials.password, own.secret)) return own.identity;
    if (username !== undefined && credentials.password)
      if (this.tabs?.isOwn(username, credentials.password))
        return { role: "device", name: username };
    if (certificate !== undefined) return this.byCertificate(certificate, username);
    // If there are no users, a user name is ignored, as on any broker that accepts everybody.
    if (!this.required && (username === undefined || !this.users?.size))
      return { role: "anyone", name: "" };
    if (username === undefined)
      throw new Refusal("login", "expected a user name and a password, got none");
    return await this.byPassword(username, credentials.password ?? Buffer.alloc(0), address);
  }

  private byCertificate(name: string, username: string | undefined): Identity {
    if (username !== undefined && username !== name)
      throw new Refusal("login", `the certificate of ${name}, but the name of another user`);
    const user = this.users?.get(name);
    if (user) return identity(name, user);
    if (!this.required) return { role: "anyone", name: "" };
    throw new Refusal("login", `the certificate of ${name}, which is not a user`);
  }

  private async byPassword(name: string, password: Buffer, address: string): Promise<Identity> {
    const user = this.users?.get(name);
    // An unknown name may be a password typed into the wrong field, so only known names are logged.
    const shown = user ? name : "an unknown user";
    const hash = user?.password;
    if (user && hash && this.isProven(hash, password)) return identity(name, user);
    if (this.failures.isLockedOut(address))
      throw new Refusal("login-rate", `${shown}, after too many failed logins`);
    if (!(await this.checked(password, hash ?? (await this.nobody))) || !user || !hash) {
      this.failures.fail(address);
      throw new Refusal("login", `${shown}, with a wrong password`);
    }
    this.proven.set(hash, this.proof(hash, password));
    return identity(name, user);
  }

  private async checked(password: Buffer, hash: string): Promise<boolean> {
    if (this.checks >= MAX_CHECKS) {
      if (this.waiting.length >= MAX_WAITING)
        throw new Refusal("login-rate", `a login while ${MAX_WAITING} others are waiting`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.checks++;
    try {
      return await passwordMatches(password, hash);
    } finally {
      this.checks--;
      this.waiting.shift()?.();
    }
  }

  private proof(hash: string, password: Buffer): Buffer {
    return createHmac("sha256", this.proofKey).update(hash).update("\0").update(password).digest();
  }

  private isProven(hash: string, password: Buffer): boolean {
    const proof = this.proven.get(hash);
    return proof !== undefined && timingSafeEqual(proof, this.proof(hash, password));
  }
}

function identity(name: string, user: User): Identity {
  return { role: user.role, name, record: JSON.stringify(user) };
}

function same(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
