import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../../server/base/root";
import { folderForAll } from "../../support/folder";

const dir = folderForAll();
it.each([
  [[], "expected DIR, got nothing: see --help"],
  [["--wrong"], "Unknown option '--wrong'; takes no options"],
  [["/dev/null/ca"], "/dev/null/ca: part of this path is a file, not a folder"],
  [[dir, "ca"], "NAME: expected another name than ca, which is the CA's own"],
  [[dir], "openssl is not installed"],
])("test-ca %j ends with one line", (args, line) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", join(ROOT, "boards/tools/test-ca.ts"), ...args],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, PATH: "" } },
  );
  expect({ status, stdout, stderr }).toEqual({
    ...{ status: 1, stdout: "", stderr: `nightlight: ${line}\n` },
  });
});
