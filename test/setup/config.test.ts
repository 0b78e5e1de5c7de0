import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../server/setup/config";

const good = loadConfig();
const withChange = (change: object) => JSON.stringify({ ...good, ...change });

describe("devicescript.json", () => {
  it("leaves the lesson's topics as they are, unless it has a prefix", () => {
    expect(good.topicPrefix).toBe("");
    const usual = { prefix: "homeassistant", statusTopic: "homeassistant/status" };
    expect(good.homeAssistant).toEqual(usual);
    const text = withChange({ topicPrefix: "our/house/", homeAssistant: { prefix: "ha" } });
    expect(parseConfig(text)).toMatchObject({
      topicPrefix: "our/house/",
      homeAssistant: { ...usual, prefix: "ha" },
    });
  });

  it("is the lesson's rule as it ships", () => {
    expect(good.rule).toEqual({
      field: "light",
      combine: "min",
      comparison: "below",
      value: 300,
      hysteresis: 0,
      minChangeMs: 0,
      on: { led_on: true },
      off: { led_on: false },
    });
  });

  it.each<[string, string | RegExp]>([
    ["{", /^devicescript.json: not JSON: /],
    ["[]", "devicescript.json: the whole file: expected an object, got []"],
    [
      withChange({ id: "a/b" }),
      'devicescript.json: id: expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ * or control characters, got "a/b"',
    ],
    [
      withChange({ devices: "some" }),
      'devicescript.json: devices: expected "all" or "own", got "some"',
    ],
    [
      withChange({ devices: ["shed-*", "a/b"] }),
      'devicescript.json: devices.1: expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ * or control characters, or * for any text in it, got "a/b"',
    ],
    [
      withChange({ topicPrefix: "house" }),
      'devicescript.json: topicPrefix: expected a slash at its end, got "house"',
    ],
    ...["/", "a//", "+/", "$SYS/", "a/#/", "a\u0000/"].map((topicPrefix): [string, RegExp] => [
      withChange({ topicPrefix }),
      /^devicescript.json: topicPrefix: expected levels that each end in \/, of 1 to 64 characters, .*$/,
    ]),
    [
      withChange({ homeAssistant: { prefix: "ha/" } }),
      /^devicescript.json: homeAssistant.prefix: expected levels joined by \/, .* got "ha\/"$/,
    ],
    [
      withChange({ homeAssistant: { statusTopic: "+/status" } }),
      /^devicescript.json: homeAssistant.statusTopic: expected levels joined by \/, /,
    ],
    [
      withChange({ offlineAfterMs: { $x: 1 } }),
      /^devicescript.json: offlineAfterMs: expected 1 to 64 characters, .* got "\$x"$/,
    ],
    [
      withChange({ offlineAfterMs: { "shed-*": -1 } }),
      "devicescript.json: offlineAfterMs.shed-*: expected a whole number from 0 to 2592000000, got -1",
    ],
    [
      withChange({ rule: { ...good.rule, value: 2000 } }),
      "devicescript.json: rule.value: expected a number from 0 to 1023, got 2000",
    ],
    [
      withChange({ telemetry: { ...good.telemetry, intervalMs: "5" } }),
      'devicescript.json: telemetry.intervalMs: expected a whole number from 100 to 86400000, got "5"',
    ],
    [
      withChange({ telemetry: { changeBy: 1, minGapMs: 1 } }),
      "devicescript.json: telemetry.intervalMs: missing",
    ],
    [
      withChange({ colour: "red" }),
      "devicescript.json: colour: not a field, expected one of id, broker, devices, topicPrefix, homeAssistant, offlineAfterMs, telemetry, aloneAfterMs, rule, groups, commands",
    ],
    [
      withChange({ broker: "mqtt://me:secret@host" }),
      /^devicescript.json: broker: expected user and password in MQTT_USER and MQTT_PWD, got "…@host"$/,
    ],
  ])("refuses %s", (text, message) => {
    expect(() => parseConfig(text)).toThrow(message);
  });
});
