import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeWritable } from "../../../boards/tools/firmware/writable";
import { UserError } from "../../../server/base/user-error";

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "nightlight-writable-"))));
afterEach(() => rmSync(dir, { recursive: true }));

it("makes the folder, also if it is there", () => {
  const folder = join(dir, "a", "b");
  makeWritable(folder, "it is for a test");
  makeWritable(folder, "it is for a test");
  expect(existsSync(folder)).toBe(true);
});

it("says in one line which folder can't be made, and what it is for", () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  const make = () => makeWritable(join(file, "bin"), "the firmware is compiled there");
  expect(make).toThrow(UserError);
  expect(make).toThrow(/^\S+file\S*: not a directory \(mkdir\): the firmware is compiled there$/);
});
