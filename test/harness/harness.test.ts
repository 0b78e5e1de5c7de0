import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { fastTests } from "./fast";
import { PURE } from "./pure";

/** Code that a pure file must not contain: clocks, randomness, input and output. */
const IMPURE =
  /\b(Date\.now|new Date\(\)|performance\.|Math\.random|set(Timeout|Interval|Immediate)\(|fetch\(|process\.|console\.|document\.|window\.)|from "node:(?!buffer|util|path)/;

describe("a file that claims to be pure", () => {
  it.each(PURE)("%s", (file) => {
    const code = readFileSync(join(ROOT, file), "utf8").replace(/\/\*.*?\*\/|\/\/.*/gs, "");
    expect(IMPURE.exec(code)?.[0]).toBeUndefined();
  });

  it("is in the list, so that its lines are counted", () => {
    const files = ["src", "server", "boards"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
        .filter((name) => name.endsWith(".ts")),
    );
    const claim = /\/\*\*(?:(?!\*\/)[^])*\bPure[.:]/;
    const claiming = files.filter((name) => claim.test(readFileSync(join(ROOT, name), "utf8")));
    expect(claiming.length).toBeGreaterThan(20);
    expect(claiming.filter((name) => !PURE.includes(name))).toEqual([]);
  });
});

describe("the fast tests", () => {
  it("are those that reach no process, broker, browser or emulator", async () => {
    const fast = await fastTests();
    expect(fast).toContain("test/common/rule.test.ts");
    expect(fast).toContain("test/history/downsample.test.ts");
    for (const slow of [
      // Each of these test files reaches a process, a broker, a browser or an emulator through an
      // indirect import.
      "test/base/log.test.ts",
      "test/device/commands.test.ts",
      "test/page/looks.test.ts",
      "test/boards/wio-terminal/emulator/core.test.ts",
    ])
      expect(fast).not.toContain(slow);
  });
});
