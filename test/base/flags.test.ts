import { describe, expect, it } from "vitest";
import { parseFlags } from "../../server/base/flags";

describe("the options of a command", () => {
  const options = {
    port: { type: "string", short: "p" },
    quiet: { type: "boolean" },
    limit: { type: "string", multiple: true },
  } as const;
  const parse = (...args: string[]) =>
    parseFlags({ args, options, allowPositionals: true }, "see --help");

  it("may be given once each, lists more than once", () => {
    const args = ["--port", "1", "add", "--limit=a", "--limit", "b", "--quiet", "--", "--port"];
    expect({ ...parse(...args).values }).toEqual({ port: "1", limit: ["a", "b"], quiet: true });
    expect(parse(...args).positionals).toEqual(["add", "--port"]);
  });

  it.each([
    [["--port", "1", "--port", "1"], "--port: is given twice"],
    [["--port=1", "-p2"], "--port: is given twice"],
    [["--quiet", "--quiet"], "--quiet: is given twice"],
    [["--port", "-1"], '--port: expected a value that does not begin with "-"'],
    [["--bogus"], "Unknown option '--bogus'"],
  ])("refuse %j", (args, problem) => {
    expect(() => parse(...args)).toThrow(new Error(`${problem}; see --help`));
  });
});
