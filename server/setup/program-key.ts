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
/** Length of the public key, which is the end of its standard form (RFC 8410, section 4), bytes. */
const PUBLIC_KEY_BYTES = 32;

/**
 * The key with which this installation signs programs that it sends over the network: Ed25519 (RFC
 * 8032), in a file that only its owner can read. The key is created when first needed and never
 * changes: boards that were flashed with its public half accept no other key.
 */
export class ProgramKey {
  private readonly path: string;

  /** @param dir the folder of the update keys */
  constructor(dir: string) {
    this.path = join(resolve(dir), FILE);
  }

  /**
   * Signs a program.
   * @param program the bytes that a board stores
   * @returns the signature, 128 hexadecimal digits
   * @throws UserError if the file is broken, or can't be read or created
   */
  sign(program: Uint8Array): string {
    return sign(null, program, this.ensure()).toString("hex");
  }

  /**
   * Returns the public key, 32 bytes, with which a board verifies signatures.
   * @throws UserError if the file is broken, or can't be read or created
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
      // Reported below, because OpenSSL's own message does not help.
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

  /**
   * Creates the key file. Never overwrites a file, because a second process may have created it in
   * the meantime.
   */
  private make(): void {
    const { privateKey } = generateKeyPairSync("ed25519");
    makeFolder(dirname(this.path));
    try {
      const pem = privateKey.export({ format: "pem", type: "pkcs8" });
      writeFileSync(this.path, pem, { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
      // On a full disk, a partial file would count as a broken key afterwards.
      rmSync(this.path, { force: true });
      throw error;
    }
  }
}
