import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { Program } from "../support/program";

const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
/** These pass their options on to another program, for example to vitest. */
const PASS_ON = ["typecheck", "test:fast", "test", "test:cluster", "bench"];

describe("a wrong option", () => {
  it.each(Object.entries(scripts).filter(([name]) => !PASS_ON.includes(name)))(
    "ends %s with one line, before it does anything",
    async (_, line) => {
      const [, ...args] = line.split(" ");
      const { code, stdout, stderr } = await new Program(process.execPath, [...args, "--wrong"], {
        cwd: ROOT,
      }).end;
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(
        /^nightlight: Unknown option '--wrong'; (expected one of --|takes no options|see npm start).*\n$/,
      );
    },
  );
});
