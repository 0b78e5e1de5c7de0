import { describe, expect, it } from "vitest";
import { idError, idExpected, matches, patternExpected } from "../../src/common/id";

describe("an id", () => {
  it.each(["a", "nightlight-1", "a.b", "...", "x".repeat(64), "Küche 1", "灯", "🌙", "a$", "a:b"])(
    "may be %j",
    (id) => {
      expect(idError(id)).toBeUndefined();
    },
  );

  it.each([
    ["", "empty"],
    ["x".repeat(65), "longer than 64 characters"],
    [".", '"." is not a name'],
    ["..", '".." is not a name'],
    ["$SYS", "starts with $"],
    ["+", 'has a "+"'],
    ["a#", 'has a "#"'],
    ["a/b", 'has a "/"'],
    ["a*", 'has a "*"'],
    ["a\\b", 'has a "\\"'],
    ["a\u0000", "has a control character"],
    ["a\nb", "has a control character"],
    ["a\u0085", "has a control character"],
    ["n\ud800", "has a lone surrogate"],
    ["\udf19\ud83c", "has a lone surrogate"],
    ["\ud83c\ud83c\udf19", "has a lone surrogate"],
  ])("may not be %j: %s", (id, error) => {
    expect(idError(id)).toBe(error);
    expect(idExpected(id)).toMatch(/^expected 1 to 64 characters, [ -~]*, got "/);
  });

  it.each(["*", ".*", "shed-*-*", "a"])("of a list may be %j", (pattern) => {
    expect(patternExpected(pattern)).toBeUndefined();
  });

  it.each(["", "..", "$*", "a/*", "*+"])("of a list may not be %j", (pattern) => {
    expect(patternExpected(pattern)).toMatch(/^expected 1 to 64 .*, got "/);
  });
});

describe("a list of ids", () => {
  it.each<[string, string[], boolean]>([
    ["a", ["b", "a"], true],
    ["ab", ["a"], false],
    ["shed-1", ["shed-*"], true],
    ["shed-", ["shed-*"], true],
    ["my-shed-1", ["shed-*"], false],
    ["a-b-c", ["a*b*c"], true],
    ["a-c", ["a*b*c"], false],
    ["ab", ["ab*b"], false],
    ["x", ["*"], true],
    ["a.b", ["a?b"], false],
    ["a", [], false],
  ])("%j in %j: %s", (id, patterns, isIn) => {
    expect(matches(id, patterns)).toBe(isIn);
  });
});
