import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import {
  commandWords,
  inputWords,
  isNightlight,
  ruleWords,
  sideWords,
  subjectWords,
} from "../../server/page/rule-words";
import { loadConfig } from "../../server/setup/config";
import type { ServerRule } from "../../src/common/server-rule";

const { rule } = loadConfig();
const thermostat = loadConfig(join(ROOT, "docs/examples/thermostat.json")).rule;

describe("the page's words", () => {
  it("describe the rule", () => {
    expect(ruleWords(rule)).toBe("LED on when light is below 300");
    expect(ruleWords({ ...rule, hysteresis: 20 })).toBe(
      "LED on when light is below 300, off again from 320",
    );
    expect(ruleWords({ ...rule, comparison: "above", hysteresis: 20 })).toBe(
      "LED on when light is above 300, off again up to 280",
    );
  });

  it("describe a rule of several fields", () => {
    expect(ruleWords(thermostat)).toBe(
      "heating on when the mean of thermostat temperature, livingroom temperature and bedroom temperature is below 19, off again from 19.5, at most one change in 60 s",
    );
  });

  it.each<[ServerRule["on"], string]>([
    [{ led_on: true }, "LED on"],
    [{ heating_on: false }, "heating off"],
    [{ valve_open: true }, "valve open true"],
    [{ fan_speed: 3, mode: "eco" }, "fan speed 3, mode eco"],
  ])("describe the command %j", (command, words) => {
    expect(commandWords(command)).toBe(words);
  });

  it("name the current side of the rule", () => {
    const sides = (of: ServerRule) => [true, false, null].map((on) => sideWords(of, on));
    expect(sides(rule)).toEqual(["LED on", "LED off", "LED unknown"]);
    expect(sides(thermostat)).toEqual(["heating on", "heating off", "heating unknown"]);
  });

  it("recognise a nightlight, which the page can draw", () => {
    expect(isNightlight(rule)).toBe(true);
    expect(isNightlight({ ...rule, field: ["light"] })).toBe(true);
    expect(isNightlight({ ...rule, on: { fan_speed: 3 } })).toBe(false);
    expect(isNightlight(thermostat)).toBe(false);
  });

  it.each<[ServerRule["combine"], string]>([
    ["min", "the lowest of a and b"],
    ["max", "the highest of a and b"],
    ["mean", "the mean of a and b"],
    ["median", "the median of a and b"],
  ])("describe a rule on the %s of several fields", (combine, words) => {
    expect(subjectWords({ ...rule, field: ["a", "b"], combine })).toBe(words);
  });

  it("name the compared value", () => {
    const values = {
      thermostat_temperature: 18,
      livingroom_temperature: 19,
      bedroom_temperature: 17.5,
    };
    expect(inputWords(thermostat, values)).toBe("mean 18.17");
    expect(inputWords({ ...thermostat, combine: "min" }, values)).toBe("lowest 17.5");
    expect(inputWords(thermostat, { bedroom_temperature: 17 })).toBeUndefined();
    expect(inputWords(rule, { light: 231 })).toBe("231");
  });
});
