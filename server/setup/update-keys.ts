import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { matches, patternExpected } from "../../src/common/id";
import { warnOfExposure, writeSecretFile } from "../base/secret-file";
import { parseJson, readText } from "../base/text";
import { lineFor, UserError } from "../base/user-error";
import type { Settings } from "./settings";

const FILE = "update-keys.json";
const KEY = /^[0-9a-f]{64}$/;

/**
 * The keys by which devices verify their orders: 64 hexadecimal digits by device id, in a file that
 * only its owner can read. The file is read for each access, because the commands that set up a
 * board write it while a server runs.
 */
export class UpdateKeys {
  private readonly path: string;

  /** @param dir the folder with the broker's users, where the file of keys is too */
  constructor(dir: string) {
    this.path = join(dir, FILE);
  }

  /**
   * Returns the device's key; undefined if it has none. Devices that were set up from one image,
   * with a `*` in the id, share one key.
   * @throws UserError if the file is broken, or can't be read
   */
  of(id: string): string | undefined {
    const keys = this.read();
    const pattern = [...keys.keys()].find((name) => name.includes("*") && matches(id, [name]));
    return keys.get(id) ?? (pattern === undefined ? undefined : keys.get(pattern));
  }

  /**
   * Returns the device's key, and creates one if there is none.
   * @throws UserError if the file is broken
   */
  ensure(id: string): string {
    const keys = this.read();
    const known = keys.get(id);
    if (known !== undefined) return known;
    const key = randomBytes(32).toString("hex");
    this.write(keys.set(id, key));
    return key;
  }

  /** Stores the key of a device that was set up elsewhere. */
  set(id: string, key: string): void {
    this.write(this.read().set(id, key));
  }

  private read(): Map<string, string> {
    if (!existsSync(this.path)) return new Map();
    const value = parseJson(this.text(), this.path);
    const keys = new Map<string, string>();
    for (const [id, key] of Object.entries(value ?? {})) {
      const wrong = patternExpected(id);
      if (wrong !== undefined) throw new UserError(`${this.path}: id: ${wrong}`);
      if (typeof key !== "string" || !KEY.test(key))
        throw new UserError(`${this.path}: ${id}: expected 64 of the digits 0-9 and a-f`);
      keys.set(id, key);
    }
    return keys;
  }

  private text(): string {
    try {
      return readText(this.path);
    } catch (error) {
      throw new UserError(lineFor(error));
    }
  }

  private write(keys: Map<string, string>): void {
    const sorted = [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
    writeSecretFile(this.path, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
  }
}

/**
 * Adds the update key to a device's settings. A key that the settings contain is stored for the
 * server; otherwise the stored key is used, and created if there is none.
 * @param dir the folder given to `npm start` as --data
 * @throws UserError if the file of keys is broken
 */
export function withUpdateKey(settings: Settings, id: string, dir: string): Settings {
  const keys = new UpdateKeys(resolve(dir));
  warnOfExposure(join(resolve(dir), FILE));
  const { UPDATE_KEY: given } = settings;
  if (given !== undefined) keys.set(id, given);
  return { ...settings, UPDATE_KEY: given ?? keys.ensure(id) };
}
