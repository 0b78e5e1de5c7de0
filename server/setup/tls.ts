import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { textOf } from "../base/text";
import { fileFailure, messageOf, UserError } from "../base/user-error";

/** Contents of PEM files, named as in Node's TLS options. */
export interface Tls {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** Describes a connection error. OpenSSL's long messages are reduced to their reason. */
export function connectionError(error: unknown): string {
  const { reason } = error as { reason?: unknown };
  return typeof reason === "string" ? reason : messageOf(error);
}

/**
 * Reads certificates and key, and checks that they match.
 * @throws UserError naming the flag and the file
 */
export function readTls(files: { ca?: string; cert?: string; key?: string }): Tls {
  const { ca, cert, key } = files;
  if ((cert === undefined) !== (key === undefined))
    throw new UserError(
      `--${cert === undefined ? "key" : "cert"}: needs --cert and --key together`,
    );
  const tls: Tls = {};
  if (ca !== undefined) {
    tls.ca = read("--ca", ca);
    check("--ca", ca, { ca: tls.ca });
  }
  if (cert !== undefined && key !== undefined) {
    tls.cert = read("--cert", cert);
    check("--cert", cert, { cert: tls.cert });
    tls.key = read("--key", key);
    check("--key", key, { cert: tls.cert, key: tls.key });
  }
  return tls;
}

function read(flag: string, path: string): Buffer {
  try {
    return Buffer.from(textOf(readFileSync(path)));
  } catch (error) {
    throw new UserError(`${flag} ${path}: ${fileFailure(error)}`);
  }
}

function check(flag: string, path: string, tls: Tls): void {
  // OpenSSL accepts a file without any certificate as an empty list of CAs.
  const empty = tls.ca && !tls.ca.includes("-----BEGIN CERTIFICATE-----");
  try {
    if (empty) throw new Error("contains no PEM certificate");
    createSecureContext(tls);
  } catch (error) {
    throw new UserError(`${flag} ${path}: ${connectionError(error)}`);
  }
}
