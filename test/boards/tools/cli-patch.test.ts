import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isPatched, patched, unpatched } from "../../../boards/tools/firmware/cli-patch";
import { ROOT } from "../../../server/base/root";

const FILE = join(ROOT, "node_modules/@devicescript/cli/built/devicescript-cli.cjs");

describe("the patches of the installed CLI", () => {
  const original = unpatched(readFileSync(FILE, "utf8"));

  it("are all applied after patching, and can be reverted", () => {
    expect(isPatched(original)).toBe(false);
    const source = patched(original);
    expect(isPatched(source)).toBe(true);
    expect(unpatched(source)).toBe(original);
  });

  it("are completed if an older state of this repository had fewer of them", () => {
    const source = patched(original);
    const older = source.replace(/ {2}\/\* nightlight: keep the serial port[^}]*\}\n/, "");
    expect(older.length).toBeLessThan(source.length);
    expect(isPatched(older)).toBe(false);
    expect(patched(older)).toBe(source);
  });

  it("are refused if they come from another state of this repository, with advice", () => {
    const other = patched(original).replace("n < 600 && args.deviceId", "n < 9 && args.deviceId");
    expect(() => isPatched(other)).toThrow(
      "@devicescript/cli: has patches of another revision; run npm ci",
    );
  });
});
