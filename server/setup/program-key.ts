import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { makeFolder } from "../base/make-folder";
import { readText } from "../base/text";
import { lineFor, UserError } from "../base/user-error";

const FILE = "program-key.pem";
/** The public key is the end of its standard form (RFC 8410, section 4), bytes. */
const PUBLIC_KEY_BYTES = 32;

/**
 * The key by which this installation signs the programs that it sends over the network: Ed25519
 * (RFC 8032), in a file that only its owner can read. It is made when it is first needed, and then
 * stays: the boards that were flashed with its public half take no other.
 */
export class ProgramKey {
  private readonly path: string;

  /** @param dir where the update keys are, too */
  constructor(dir: string) {
    this.path = join(resolve(dir), FILE);
  }

  /**
   * @param program as a board stores it
   * @returns the signature, 128 hexadecimal digits
   * @throws UserError if the file is broken, or can't be read or made
   */
  sign(program: Uint8Array): string {
    return sign(null, program, this.ensure()).toString("hex");
  }

  /**
   * @returns what a board checks signatures by, 32 bytes
   * @throws UserError if the file is broken, or can't be read or made
   */
  publicKey(): Buffer {
    const der = createPublicKey(this.ensure()).export({ format: "der", type: "spki" });
    return der.subarray(-PUBLIC_KEY_BYTES);
  }

  private ensure(): KeyObject {
    const pem = this.read();
    try {
      const key = createPrivateKey(pem);
      if (key.asymmetricKeyType === "ed25519") return key;
    } catch {
      // Said below: OpenSSL's own words help nobody.
    }
    throw new UserError(`${this.path}: expected a private key of Ed25519, in PEM`);
  }

  private read(): string {
    try {
      if (!existsSync(this.path)) this.make();
      return readText(this.path);
    } catch (error) {
      throw new UserError(lineFor(error));
    }
  }

  /** Never in place of another one, which a second process may have made meanwhile. */
  private make(): void {
    const { privateKey } = generateKeyPairSync("ed25519");
    makeFolder(dirname(this.path));
    try {
      const pem = privateKey.export({ format: "pem", type: "pkcs8" });
      writeFileSync(this.path, pem, { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
      // Half of a file, on a full disk, would be taken for a broken key from then on.
      rmSync(this.path, { force: true });
      throw error;
    }
  }
}
