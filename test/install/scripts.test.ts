import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const commands = Object.entries(scripts);

describe("the scripts of package.json", () => {
  it("are Node and plain words, the same for cmd, PowerShell, sh and fish", () => {
    expect(commands.length).toBeGreaterThan(10);
    for (const [name, line] of commands)
      expect(line, name).toMatch(/^node (--import tsx )?[a-z/-]+\.(js|ts)( (--)?[a-z:]+)?$/);
  });

  it("have no hooks: with ignore-scripts, npm would leave them out", () => {
    const names = new Set(Object.keys(scripts));
    const hooks = [...names].filter(
      (name) => names.has(name.replace(/^(pre|post)/, "")) && /^(pre|post)/.test(name),
    );
    expect(hooks).toEqual([]);
    for (const name of ["install", "postinstall", "prepare"]) expect(names).not.toContain(name);
  });
});
