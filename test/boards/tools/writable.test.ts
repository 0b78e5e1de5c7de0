import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeWritable } from "../../../boards/tools/firmware/writable";
import { UserError } from "../../../server/base/user-error";

let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "nightlight-writable-"))));
afterEach(() => rmSync(dir, { recursive: true }));

it("makes the folder, or uses the existing one", () => {
  const folder = join(dir, "a", "b");
  makeWritable(folder, "it is for a test");
  makeWritable(folder, "it is for a test");
  expect(existsSync(folder)).toBe(true);
});

it("reports in one line which folder can't be made, and its purpose", () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  const make = () => makeWritable(join(file, "bin"), "the firmware is compiled there");
  expect(make).toThrow(UserError);
  expect(make).toThrow(
    /^\S+file\S*: part of this path is a file, not a folder: the firmware is compiled there$/,
  );
});
