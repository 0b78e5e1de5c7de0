import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { idExpected } from "../../src/common/id";
import { deviceClientId } from "../../src/common/wire";
import { writeSecretFile } from "../base/secret-file";
import { parseJson, readText } from "../base/text";
import { UserError } from "../base/user-error";

const CLIENT_ID_SUFFIX = deviceClientId("");

/**
 * Checks a user name: it follows the rule for device ids, and must not look like a device's client
 * id.
 * @returns what is wrong with the name, or undefined
 */
export function userNameError(name: string): string | undefined {
  const error = idExpected(name);
  if (error) return error;
  if (name.endsWith(CLIENT_ID_SUFFIX))
    return `expected a name that does not end in ${CLIENT_ID_SUFFIX}, got "${name}"`;
  return undefined;
}

export interface User {
  /** A device may access only its own topics, a server the topics of all devices. */
  role: "device" | "server";
  /** The result of `hashPassword`, or null for a user that logs in with a certificate only. */
  password: string | null;
}

const FILE = "users.json";

/** The users of the embedded broker, in a file that only its owner can read. */
export class Users {
  private readonly path: string;
  private users = new Map<string, User>();
  private version = "";

  /**
   * @param dir the folder of the users
   * @throws UserError if the file is broken
   */
  constructor(dir: string) {
    this.path = join(dir, FILE);
    this.refresh();
  }

  get(name: string): User | undefined {
    return this.users.get(name);
  }

  get size(): number {
    return this.users.size;
  }

  entries(): [string, User][] {
    return [...this.users].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  set(name: string, user: User): void {
    this.users.set(name, user);
    this.save();
  }

  /**
   * Removes a user.
   * @returns whether the user existed
   */
  remove(name: string): boolean {
    const existed = this.users.delete(name);
    if (existed) this.save();
    return existed;
  }

  /**
   * Reads the file if it has changed.
   * @returns whether the file has changed
   * @throws UserError if the file is broken; the users then stay as they were
   */
  refresh(): boolean {
    const version = this.fileVersion();
    if (version === this.version) return false;
    // The version is set before parsing, so that a broken file is reported once.
    this.version = version;
    this.users = version ? this.parse(readText(this.path)) : new Map<string, User>();
    return true;
  }

  private fileVersion(): string {
    if (!existsSync(this.path)) return "";
    const { mtimeMs, size, ino } = statSync(this.path);
    return `${mtimeMs} ${size} ${ino}`;
  }

  private parse(text: string): Map<string, User> {
    const users = new Map<string, User>();
    const value = parseJson(text, this.path);
    for (const [name, user] of Object.entries(value ?? {}) as [string, Partial<User> | null][]) {
      const { role, password } = user ?? {};
      const error = userNameError(name);
      if (error) throw new UserError(`${this.path}: user: ${error}`);
      const wellFormed =
        (role === "device" || role === "server") &&
        (password === null || typeof password === "string");
      if (!wellFormed)
        throw new UserError(
          `${this.path}: user ${JSON.stringify(name)} is malformed; add it again with npm run user`,
        );
      users.set(name, { role, password });
    }
    return users;
  }

  private save(): void {
    const text = `${JSON.stringify(Object.fromEntries(this.entries()), undefined, 2)}\n`;
    writeSecretFile(this.path, text);
    this.version = this.fileVersion();
  }
}
