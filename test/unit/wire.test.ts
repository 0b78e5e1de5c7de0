import { describe, expect, it } from "vitest";
import { parseCommand, parseTelemetry } from "../../src/wire";

describe("telemetry", () => {
  it.each([0, 299.5, 1023])("takes light %d", (light) => {
    expect(parseTelemetry(JSON.stringify({ light }))).toEqual({ value: { light } });
  });

  it("takes fields it does not know", () => {
    expect(parseTelemetry('{"light":5,"soil":9}').value).toEqual({ light: 5 });
  });

  it.each([
    ["{", "payload is not JSON"],
    ["", "payload is not JSON"],
    ["null", "payload is not a JSON object"],
    ["[1]", "payload is not a JSON object"],
    ["{}", "light: found nothing, allowed is a number from 0 to 1023"],
    ['{"light":-1}', "light: found -1, allowed is a number from 0 to 1023"],
    ['{"light":"9"}', 'light: found "9", allowed is a number from 0 to 1023'],
    [`{"light":"${"9".repeat(99)}"}`, /^light: found "9{39}…, allowed/],
    [" ".repeat(1025), "payload of 1025 characters, allowed are 1024"],
  ])("refuses %j", (text, error) => {
    const parsed = parseTelemetry(text);
    expect(parsed.value).toBeUndefined();
    expect(parsed.error).toMatch(error);
  });
});

describe("commands", () => {
  it.each([true, false])("takes led_on %s", (ledOn) => {
    expect(parseCommand(`{"led_on": ${ledOn}}`)).toEqual({ value: { led_on: ledOn } });
  });

  it.each(["1", '"true"', "null"])("refuses led_on %s", (value) => {
    expect(parseCommand(`{"led_on":${value}}`).error).toBe(
      `led_on: found ${value}, allowed is true or false`,
    );
  });
});
