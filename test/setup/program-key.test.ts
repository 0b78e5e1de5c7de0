import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { exposedSecrets } from "../../server/setup/exposed-secrets";
import { ProgramKey } from "../../server/setup/program-key";
import type { Security } from "../../server/setup/security-options";
import { folderForTest } from "../support/folder";

/**
 * In a public key's DER encoding, these bytes come before the key's 32 bytes (RFC 8410, section 4).
 */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");
const PROGRAM = Buffer.from("a program");

describe("the key for programs", () => {
  let dir: string;
  let path: string;

  beforeEach(() => {
    dir = folderForTest();
    path = join(dir, "data", "program-key.pem");
  });
  const key = () => new ProgramKey(join(dir, "data"));

  it("is created once, and its public half verifies its signatures", () => {
    const publicKey = key().publicKey();
    expect(publicKey).toHaveLength(32);
    const made = readFileSync(path, "utf8");
    const signature = key().sign(PROGRAM);
    expect(signature).toMatch(/^[0-9a-f]{128}$/);
    expect(readFileSync(path, "utf8")).toBe(made);
    expect(key().publicKey()).toEqual(publicKey);
    const spki = createPublicKey({
      key: Buffer.concat([SPKI, publicKey]),
      format: "der",
      type: "spki",
    });
    expect(verify(null, PROGRAM, spki, Buffer.from(signature, "hex"))).toBe(true);
  });

  it.skipIf(process.platform === "win32")("is readable only by its owner", () => {
    key().publicKey();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const security = { usersDir: dirname(path) } as Security;
    expect(exposedSecrets(security)).toEqual([]);
    chmodSync(path, 0o640);
    const warning = `${path}: other users can access it (mode 640); run chmod 600 ${path}`;
    expect(exposedSecrets(security)).toEqual([warning]);
  });

  it("is not replaced if its file is damaged, because boards know it", () => {
    key().publicKey();
    const { privateKey } = generateKeyPairSync("x25519");
    for (const text of ["", "no key", privateKey.export({ format: "pem", type: "pkcs8" })]) {
      chmodSync(path, 0o600);
      writeFileSync(path, text);
      expect(() => key().sign(PROGRAM)).toThrow(
        `${path}: expected a private key of Ed25519, in PEM`,
      );
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    rmSync(path);
    mkdirSync(path); // in place of the key file
    expect(() => key().publicKey()).toThrow(`${path}: expected a file, got a folder`);
  });
});
