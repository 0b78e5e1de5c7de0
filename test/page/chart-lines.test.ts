import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { ChartHistory } from "../../server/page/chart-history";
import { linesOf, valuesOf } from "../../server/page/chart-lines";
import { valueRange } from "../../server/page/chart-range";
import { CHART_SPANS, LIVE } from "../../server/page/chart-spans";
import { loadConfig } from "../../server/setup/config";

const { rule } = loadConfig();
const thermostat = loadConfig(join(ROOT, "docs/examples/thermostat.json")).rule;

describe("the chart", () => {
  it("covers the whole range of a light level", () => {
    expect(valueRange(rule, [[20, 40]])).toEqual([0, 1023]);
  });

  it("otherwise covers the values and both ends of the hysteresis, with a margin", () => {
    expect(valueRange(thermostat, [[18, null, 18.4]])).toEqual([17.5, 20]);
    const [low, high] = valueRange(thermostat, []);
    expect(low).toBeLessThan(19);
    expect(high).toBeGreaterThan(19.5);
    const still = { ...thermostat, value: 0, hysteresis: 0 };
    expect(valueRange(still, [[0]])).toEqual([-0.5, 0.5]);
    expect(valueRange(thermostat, [[-4e6, 8e6]])).toEqual([-1e7, 1e7]);
  });

  it("covers the value at which a rule from below changes back", () => {
    const above = { ...thermostat, comparison: "above" as const, value: 30, hysteresis: 5 };
    const [low, high] = valueRange(above, [[29, 31]]);
    expect(low).toBeLessThan(25);
    expect(high).toBeGreaterThan(31);
  });

  it("formats a value like its line", () => {
    expect(linesOf(rule).map(({ words }) => words(231.4))).toEqual(["231"]);
    const mean = { ...rule, field: ["a", "b"], combine: "mean" as const };
    expect(linesOf(mean).map(({ words }) => words(18.456))).toEqual(["18.46", "18.46", "18.46"]);
  });

  it("offers spans in ascending order, and refreshes all except the live one", () => {
    const lengths = CHART_SPANS.map(({ ms }) => ms);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(CHART_SPANS.filter(({ refreshMs }) => refreshMs === Infinity)).toEqual([LIVE]);
  });

  it("has lines that differ in dash or colour, and one for the value that decides", () => {
    const fields = Array.from({ length: 16 }, (_, i) => `field_${i}`);
    const lines = linesOf({ ...rule, field: fields });
    expect(lines).toHaveLength(17);
    expect(new Set(lines.map(({ dash, colour }) => `${String(dash)} ${colour}`)).size).toBe(17);
    const near = lines.slice(0, 6).map(({ dash }) => String(dash));
    expect(new Set(near).size).toBe(6);

    const history = new ChartHistory(["field_0", "field_1"]);
    history.addReading(1, { field_0: 10, field_1: 20 });
    history.addSilence();
    const mean = { ...rule, field: ["field_0", "field_1"], combine: "mean" as const };
    expect(valuesOf(mean, history.values)).toEqual([
      [10, null],
      [20, null],
      [15, null],
    ]);
  });
});
