import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { MAX_SOURCE_BYTES } from "../../server/base/tab-program";
import { countWords, errorWords, sortErrors } from "../../server/tab/program-words";
import { fragmentOf, holdsProgram, programIn } from "../../server/tab/shared-program";

const fragment = (bytes: Uint8Array | string) =>
  `#program=${Buffer.from(deflateRawSync(bytes)).toString("base64url")}`;

describe("a program in a link", () => {
  it.each([
    ["none", ""],
    ["letters of all kinds", 'console.log("größer als 5 €, 夜明かり 💡")\n'],
    ["the longest", "x".repeat(MAX_SOURCE_BYTES)],
  ])("is decoded unchanged: %s", async (_what, source) => {
    const link = await fragmentOf(source);
    expect(link).toMatch(/^#program=[\w-]*$/);
    expect(holdsProgram(link)).toBe(true);
    expect(await programIn(link)).toBe(source);
  });

  it("is accepted if another program made it", async () => {
    expect(await programIn(fragment("let a = 1\n"))).toBe("let a = 1\n");
  });

  it.each([
    ["nothing", "#program="],
    ["no base64", "#program=%%%"],
    ["no deflate", "#program=AAAAAAAA"],
    ["half of it", fragment("let a = 1\n".repeat(50)).slice(0, -8)],
  ])("is reported if it is damaged: %s", async (_what, link) => {
    await expect(programIn(link)).rejects.toThrow("The program in the link is damaged");
  });

  it("is not decompressed beyond a program's size limit", async () => {
    const bomb = fragment(new Uint8Array(8 * 1024 * 1024));
    await expect(programIn(bomb)).rejects.toThrow("expected at most 65536 bytes");
  });

  it("is distinguished from other addresses", () => {
    expect(holdsProgram("")).toBe(false);
    expect(holdsProgram("#device=tab-1")).toBe(false);
  });
});

describe("the errors shown to a person", () => {
  const error = (file: string, line: number) => ({ file, line, column: 3, message: "Wrong." });

  it("start with those that can be fixed here", () => {
    const [main, late, early] = [
      error("src/main.ts", 1),
      error("src/nightlight.ts", 9),
      error("src/nightlight.ts", 2),
    ];
    expect(sortErrors([main, late, early])).toEqual([early, late, main]);
    expect([early, main].map(errorWords)).toEqual([
      "Line 2, column 3: Wrong.",
      "src/main.ts, line 1: Wrong.",
    ]);
  });

  it("are counted", () => {
    expect([1, 2].map(countWords)).toEqual([
      "The program does not compile: 1 error.",
      "The program does not compile: 2 errors.",
    ]);
  });
});
