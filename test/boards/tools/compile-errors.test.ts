import { expect, it } from "vitest";
import { compileErrors } from "../../../boards/tools/firmware/compile-errors";

/** The output format of DeviceScript's compiler 2.16.4. */
function printed(where: [string, number, number], code: string, message: string): string {
  const [file, line, column] = where.map((part, i) => `\u001b[${i ? 93 : 96}m${part}\u001b[0m`);
  const head = `${file}:${line}:${column} - \u001b[91merror\u001b[0m\u001b[90m ${code}: \u001b[0m`;
  const excerpt = `\u001b[7m49\u001b[0m let let = 1;\n\u001b[7m  \u001b[0m \u001b[91m    ~~~\u001b[0m\n`;
  return `${head}${message}\n\n${excerpt}`;
}

const USING = "\u001b[34musing devs: v2.16.4, runtime: v2.16.4, node: v20.20.2\u001b[0m\n";

it("an error of the compiler has a place, a message and a number", () => {
  const error = printed(["src/main.ts", 49, 7], "TS1134", "Variable declaration expected.");
  const line = "src/main.ts:49:7: Variable declaration expected. (TS1134)";
  expect(compileErrors(USING + error)).toBe(line);
  expect(compileErrors((USING + error + error).replaceAll("\n", "\r\n"))).toBe(line);
});

it("the first three errors are shown, and the number of the others", () => {
  const errors = [1, 2, 3, 4, 5].map((n) =>
    printed(["src/led.ts", n, 3], "TS9999", `unknown name: a${n}`),
  );
  expect(compileErrors(USING + errors.join(""))).toBe(
    "src/led.ts:1:3: unknown name: a1 (TS9999); src/led.ts:2:3: unknown name: a2 (TS9999); " +
      "src/led.ts:3:3: unknown name: a3 (TS9999); and 2 more",
  );
});

it("output that is too long for the server's log is left out, and the first error truncated", () => {
  const long = printed(["src/led.ts", 1, 3], "TS2322", "a".repeat(500));
  const short = printed(["src/led.ts", 2, 3], "TS9999", "unknown name: b");
  expect(compileErrors(long + short)).toBe(`src/led.ts:1:3: ${"a".repeat(204)}…; and 1 more`);
});

it("a compiler that fails for another reason is quoted", () => {
  expect(compileErrors(`${USING}\u001b[31merror: no space\u001b[0m\n\n  at disk\n`)).toBe(
    "error: no space; at disk",
  );
});
