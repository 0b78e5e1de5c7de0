import { describe, expect, it } from "vitest";
import { decide, type Rule } from "../../src/common/rule";

const rule: Rule = { comparison: "below", value: 300, hysteresis: 0, minChangeMs: 0 };

describe("the rule", () => {
  it("is the lesson's: on below 300", () => {
    expect([0, 299, 300, 1023].map((light) => decide(rule, light, undefined, undefined))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("can be reversed", () => {
    const above: Rule = { ...rule, comparison: "above" };
    expect([299, 300, 301].map((light) => decide(above, light, undefined, undefined))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("keeps the LED's state within the hysteresis, and only there", () => {
    const calm: Rule = { ...rule, hysteresis: 50 };
    expect(decide(calm, 349, true, undefined)).toBe(true);
    expect(decide(calm, 350, true, undefined)).toBe(false);
    expect(decide(calm, 300, false, undefined)).toBe(false);
    expect(decide(calm, 299, false, undefined)).toBe(true);
    const above: Rule = { ...calm, comparison: "above" };
    expect(decide(above, 251, true, undefined)).toBe(true);
    expect(decide(above, 250, true, undefined)).toBe(false);
  });

  it("changes no more often than allowed", () => {
    const slow: Rule = { ...rule, minChangeMs: 1000 };
    expect(decide(slow, 100, false, 999)).toBe(false);
    expect(decide(slow, 100, false, 1000)).toBe(true);
    expect(decide(slow, 100, false, undefined)).toBe(true);
    expect(decide(slow, 100, undefined, 5)).toBe(true);
  });
});
