import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "nightlight-test-"));
}

function remove(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/**
 * Makes a folder for the tests of a file or of a `describe`. It is removed after the last of them,
 * and after all hooks that are set later.
 */
export function folderForAll(): string {
  const dir = makeFolder();
  afterAll(() => remove(dir));
  return dir;
}

/** Makes a folder for the present test. It is removed when the test and its hooks are over. */
export function folderForTest(): string {
  const dir = makeFolder();
  onTestFinished(() => remove(dir));
  return dir;
}
