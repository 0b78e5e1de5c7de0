import { describe, expect, it } from "vitest";
import { portNumber, wholeNumber } from "../../server/setup/whole-number";

describe("a whole number on the command line", () => {
  it.each([
    ["1", 1],
    ["007", 7],
    ["10", 10],
  ])("accepts %s", (text, value) => {
    expect(wholeNumber("--n", text, 5, [1, 10])).toBe(value);
  });

  it("is the default if it is missing", () => {
    expect(wholeNumber("--n", undefined, 5, [1, 10])).toBe(5);
  });

  it.each(["0", "11", "-1", "1.5", "1e1", "0x1", " 1", "", "99999999999999999999"])(
    "refuses %j",
    (text) => {
      const words = `--n: expected a whole number from 1 to 10, got "${text}"`;
      expect(() => wholeNumber("--n", text, 5, [1, 10])).toThrow(words);
    },
  );

  it("has the range of ports", () => {
    expect([portNumber("--p", "0", 1), portNumber("--p", "65535", 1)]).toEqual([0, 65_535]);
    expect(() => portNumber("--p", "65536", 1)).toThrow("from 0 to 65535");
  });
});
