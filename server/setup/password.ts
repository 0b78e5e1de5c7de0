import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** scrypt's costs (RFC 7914): 32 MiB and some tenths of a second for each guess. */
const N = 32_768;
const R = 8;
const P = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Node's memory limit for scrypt, above the 128 * N * R bytes that scrypt needs. */
const MAX_MEMORY_BYTES = 256 * N * R;

/** Hashes a password for storage: `scrypt:N:r:p:SALT:KEY`, salt and key in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, N, R, P);
  return ["scrypt", N, R, P, salt.toString("base64"), key.toString("base64")].join(":");
}

/**
 * Compares a password with a stored hash. Takes the same time for a wrong password as for the right
 * one.
 */
export async function passwordMatches(password: string | Buffer, hash: string): Promise<boolean> {
  const [kind, n, r, p, salt, key] = hash.split(":");
  if (kind !== "scrypt" || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, "base64");
  const found = await derive(
    password,
    Buffer.from(salt, "base64"),
    Number(n),
    Number(r),
    Number(p),
  );
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function derive(
  password: string | Buffer,
  salt: Buffer,
  n: number,
  r: number,
  p: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N: n, r, p, maxmem: MAX_MEMORY_BYTES }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
