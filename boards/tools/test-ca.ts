/**
 * Makes a certificate authority for tests and experiments, with openssl:
 *
 *     npm run test-ca -- DIR [NAME ...]
 *
 * DIR gets ca.pem, and for each NAME a certificate NAME.pem with its key NAME.key. A NAME with a
 * dot is also a host name. All certificates are valid for this machine's own addresses.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../../server/base/make-folder";
import { UserError } from "../../server/base/user-error";
import { idExpected } from "../../src/common/id";
import { command, readArguments } from "./command";

const DAYS = "30";

const USAGE = `Usage: npm run test-ca -- DIR [NAME ...]

Makes a certificate authority for tests, with openssl. DIR gets ca.pem, and for each NAME (server)
a certificate NAME.pem with its key NAME.key. A NAME with a dot is also a host name.
`;

/** Makes a CA, and certificates with these common names that the CA signs. */
export function makeTestCa(dir: string, names: string[], caName = "Nightlight test CA"): void {
  makeFolder(dir);
  const openssl = (...args: string[]) => {
    try {
      execFileSync("openssl", args, { cwd: dir, stdio: "pipe" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw new UserError("openssl is not installed");
    }
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const extension = (...lines: string[]) => lines.flatMap((line) => ["-addext", line]);
  openssl(
    ...["req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-days", DAYS],
    ...["-subj", `/CN=${caName}`],
    ...extension("keyUsage=critical,keyCertSign,cRLSign"),
  );
  for (const name of names) {
    const [key, request, certificate] = [`${name}.key`, `${name}.csr`, `${name}.pem`];
    openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", `/CN=${name}`);
    const hosts = ["DNS:localhost", "IP:127.0.0.1", "IP:0:0:0:0:0:0:0:1"];
    if (name.includes(".")) hosts.push(`DNS:${name}`);
    writeFileSync(
      join(dir, "extensions.txt"),
      `subjectAltName=${hosts.join(",")}\nextendedKeyUsage=serverAuth,clientAuth\n`,
    );
    openssl(
      ...["x509", "-req", "-in", request, "-out", certificate, "-days", DAYS],
      ...["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions.txt"],
    );
  }
}

/** Checks a name: it is a user's and a file's name, and with a dot also a host's. */
function nameError(name: string): string | undefined {
  if (name === "ca") return "NAME: expected another name than ca, which is the CA's own";
  if (name.includes(".") && !/^[A-Za-z0-9.-]+$/.test(name))
    return `NAME: expected a host name if it holds a dot, got ${JSON.stringify(name)}`;
  const error = idExpected(name);
  return error && `NAME: ${error}`;
}

function main(): void {
  const [dir, ...names] = readArguments(USAGE, {}).positionals;
  if (dir === undefined) throw new UserError("expected DIR, got nothing: see --help");
  const mistake = names.map(nameError).find((text) => text !== undefined);
  if (mistake !== undefined) throw new UserError(mistake);
  const made = names.length ? names : ["server"];
  makeTestCa(dir, made);
  console.log(`${dir}: ca.pem, and certificate and key of ${made.join(", ")}, for ${DAYS} days`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await command(main);
