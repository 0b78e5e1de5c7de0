import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { makeFolder } from "../../server/base/make-folder";
import { folderForTest } from "../support/folder";

let dir: string;

beforeEach(() => {
  dir = folderForTest();
});

it("makes each missing parent, for this user alone", () => {
  makeFolder(join(dir, "a/b/c"));
  for (const path of ["a", "a/b", "a/b/c"]) {
    const stat = statSync(join(dir, path));
    expect(stat.isDirectory()).toBe(true);
    if (process.platform !== "win32") expect(stat.mode & 0o777).toBe(0o700);
  }
});

it("leaves an existing folder as it is", () => {
  makeFolder(join(dir, "a"));
  writeFileSync(join(dir, "a/file"), "");
  makeFolder(join(dir, "a"));
  makeFolder(`${dir}/a/`);
  expect(statSync(join(dir, "a/file")).isFile()).toBe(true);
});

it.each(["file", "file/a", "file/a/b"])("throws if the path %s contains a file", (path) => {
  writeFileSync(join(dir, "file"), "");
  expect(() => makeFolder(join(dir, path))).toThrow(/^(EEXIST|ENOTDIR): .*mkdir .*file/);
  expect(statSync(join(dir, "file")).isFile()).toBe(true);
});
