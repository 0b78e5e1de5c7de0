import { describe, expect, it } from "vitest";
import { loadConfig } from "../../server/setup/config";
import { combine, fieldsMatch, inputOf, sideOf } from "../../src/common/server-rule";

const { rule } = loadConfig();

describe("the value that a rule compares", () => {
  it("is its only field, or none without that field", () => {
    expect(inputOf(rule, { light: 231 })).toBe(231);
    expect(inputOf(rule, {})).toBeNaN();
  });

  it.each([
    ["min", 1],
    ["max", 9],
    ["mean", 4.5],
    ["median", 4],
  ] as const)("is the %s of several fields", (how, value) => {
    const values = [9, 1, 5, 3];
    expect(combine(how, values)).toBe(value);
    expect(values).toEqual([9, 1, 5, 3]);
    const several = { ...rule, field: ["a", "b", "c", "d"], combine: how };
    expect(inputOf(several, { a: 9, b: 1, c: 5, d: 3 })).toBe(value);
    expect(inputOf(several, { a: 9, b: 1, c: 5 })).toBeNaN();
  });

  it("is the middle one of an odd number of fields", () => {
    expect(combine("median", [10, 9, 100])).toBe(10);
    expect(combine("median", [7])).toBe(7);
  });
});

describe("the side that a device reports", () => {
  it("is the one whose fields it reports with equal values and types", () => {
    const fan = { ...rule, on: { fan: 3, mode: "eco" }, off: { fan: 0 } };
    expect(sideOf(fan, { fan: 3, mode: "eco", more: 1 })).toBe(true);
    expect(sideOf(fan, { fan: 0, mode: "eco" })).toBe(false);
    expect(sideOf(fan, { fan: 3 })).toBeUndefined();
    expect(sideOf(fan, { fan: "3", mode: "eco" })).toBeUndefined();
    expect(sideOf(fan, {})).toBeUndefined();
    expect(fieldsMatch({ led_on: true }, { led_on: 1 })).toBe(false);
  });
});
