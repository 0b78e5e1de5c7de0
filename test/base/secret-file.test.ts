import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { exposureOf, writeSecretFile } from "../../server/base/secret-file";
import { readText } from "../../server/base/text";
import { lineFor } from "../../server/base/user-error";
import { exposedSecrets } from "../../server/setup/exposed-secrets";
import { OPEN_ON_LOOPBACK } from "../../server/setup/security-options";
import { UpdateKeys } from "../../server/setup/update-keys";
import { folderForTest } from "../support/folder";

let dir: string;
let path: string;

beforeEach(() => {
  dir = folderForTest();
  path = join(dir, "update-keys.json");
});

it("warns of a secret that others can use, with the command to fix it, and not of a private one", () => {
  expect(exposureOf(path)).toBeUndefined();
  writeSecretFile(path, "{}");
  expect(exposureOf(path)).toBeUndefined();
  const keyFile = join(dir, "server.key");
  writeFileSync(keyFile, "");
  for (const exposed of [path, keyFile]) chmodSync(exposed, 0o644);
  const words = (of: string) => `${of}: other users can access it (mode 644); run chmod 600 ${of}`;
  const both = process.platform === "win32" ? [] : [words(path), words(keyFile)];
  expect(exposedSecrets({ ...OPEN_ON_LOOPBACK, usersDir: dir, keyFile })).toEqual(both);
  // Writing the next key corrects the permissions.
  new UpdateKeys(dir).ensure("a");
  expect(exposureOf(path)).toBeUndefined();
});

it("reports a folder in place of a file in one line that names it", () => {
  mkdirSync(path);
  const line = `${path}: expected a file, got a folder`;
  let failure: unknown;
  try {
    readText(path);
  } catch (error) {
    failure = error;
  }
  expect(lineFor(failure)).toBe(line);
  expect(() => new UpdateKeys(dir).of("a")).toThrow(line);
});
