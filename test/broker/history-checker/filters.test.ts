import { describe, expect, it } from "vitest";
import { matches } from "../../support/history/events";

describe("a filter", () => {
  it.each([
    ["a/b", "a/b", true],
    ["a/b", "a/b/c", false],
    ["a/+", "a/b", true],
    ["a/+", "a", false],
    ["+/+", "/a", true],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["#", "a/b", true],
    ["#", "$SYS/x", false],
    ["$SYS/#", "$SYS/x", true],
  ])("%s matches %s: %s", (filter, topic, named) => {
    expect(matches(filter, topic)).toBe(named);
  });
});
