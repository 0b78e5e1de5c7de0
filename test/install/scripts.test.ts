import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const commands = Object.entries(scripts);

describe("the scripts of package.json", () => {
  it("run Node with plain words, so they work in cmd, PowerShell, sh and fish", () => {
    expect(commands.length).toBeGreaterThan(10);
    for (const [name, line] of commands)
      expect(line, name).toMatch(/^node (--import tsx )?[a-z/-]+\.(js|ts)( (--)?[a-z:]+)?$/);
  });

  // Leaves out the scripts that use steps.ts: they share its usage text, which lists the programs.
  it.each(commands.filter(([, line]) => !line.includes("/steps.ts ")))(
    "%s prints its usage with --help",
    (name, line) => {
      const file = line.replace(/^node (--import tsx )?/, "").replace(/ .*$/, "");
      const source = file === "server/start.js" ? "server/setup/options.ts" : file;
      const shown = name === "start:vscode" ? "npm start" : name.replace(/^(start)$/, "npm $1");
      const usage = shown.startsWith("npm ") ? shown : `npm run ${shown}`;
      const text = readFileSync(join(ROOT, source), "utf8");
      expect(text).toMatch(new RegExp(`\`Usage: ${usage}\\b`));
      expect(text).toMatch(/readFlags\(|readArguments\(|values\.help/);
    },
  );

  it("have no hooks, because npm skips hooks with ignore-scripts", () => {
    const names = new Set(Object.keys(scripts));
    const hooks = [...names].filter(
      (name) => names.has(name.replace(/^(pre|post)/, "")) && /^(pre|post)/.test(name),
    );
    expect(hooks).toEqual([]);
    for (const name of ["install", "postinstall", "prepare"]) expect(names).not.toContain(name);
  });
});
