import { describe, expect, it } from "vitest";
import { parseFields, pickFields } from "../../server/deciding/command-fields";
import { loadConfig } from "../../server/setup/config";

const rule = { ...loadConfig().rule, on: { mode: "day", fan: 1 }, off: { mode: "night" } };

describe("the fields of a command", () => {
  it("are those of the rule, without others", () => {
    expect(parseFields('{"mode":"evening 🌙","fan":2,"seq":7}', rule)).toEqual({
      value: { mode: "evening 🌙", fan: 2 },
    });
  });

  it.each([
    [{ mode: 5, fan: 1 }, "mode: expected text, got 5"],
    [{ mode: "day" }, "fan: expected a number, got nothing"],
    [{ mode: "a\ud800", fan: 1 }, "mode: has a lone surrogate"],
  ])("can't be %j", (given, error) => {
    expect(pickFields(given, rule)).toEqual({ error });
  });
});
