import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../base/log";
import { makeFolder } from "../base/make-folder";
import { readText } from "../base/text";
import { UserError } from "../base/user-error";

const MIN_CHARACTERS = 20;

/** Returns the token, and logs where a person finds it. */
export function readToken(dir: string, log: Log): string {
  const { token, source } = pageToken(dir);
  log("page", `Page and API require the token in ${source}`);
  return token;
}

/**
 * Returns the token for page and API beyond loopback: `NIGHTLIGHT_TOKEN` from the environment, or
 * the content of the file `token`, which is created on first use. It is not in `.env.local`,
 * because that file is copied onto devices.
 * @returns the token and its source, for messages
 * @throws UserError if the token is too short
 */
export function pageToken(
  dir: string,
  environment: string | undefined = process.env["NIGHTLIGHT_TOKEN"],
): { token: string; source: string } {
  if (environment)
    return { token: check(environment, "NIGHTLIGHT_TOKEN"), source: "NIGHTLIGHT_TOKEN" };
  const path = join(dir, "token");
  if (!existsSync(path)) {
    makeFolder(dir);
    writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  }
  return { token: check(readText(path).trim(), path), source: path };
}

function check(token: string, where: string): string {
  if (token.length >= MIN_CHARACTERS) return token;
  throw new UserError(`${where}: too short, expected ${MIN_CHARACTERS} characters or more`);
}
