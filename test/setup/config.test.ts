import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { loadConfig, parseConfig } from "../../server/setup/config";

const good = loadConfig();
const withChange = (change: object) => JSON.stringify({ ...good, ...change });
const GROUP = { id: "hall", members: ["north", "south"], lights: ["lamp"], decide: "any" };
const withGroups = (...changes: object[]) =>
  withChange({ groups: changes.map((change) => ({ ...GROUP, ...change })) });

describe("devicescript.json", () => {
  it("leaves the lesson's topics unchanged, unless it has a prefix", () => {
    expect(good.topicPrefix).toBe("");
    const usual = { prefix: "homeassistant", statusTopic: "homeassistant/status" };
    expect(good.homeAssistant).toEqual(usual);
    const text = withChange({ topicPrefix: "our/house/", homeAssistant: { prefix: "ha" } });
    expect(parseConfig(text)).toMatchObject({
      topicPrefix: "our/house/",
      homeAssistant: { ...usual, prefix: "ha" },
    });
  });

  it("contains the lesson's rule by default", () => {
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
    ['{\n  "id": nightlight-1\n}', 'devicescript.json:2:9: not JSON: expected a value, got "n"'],
    ['{\n  "id": "a",\n  "id": "b"\n}', 'devicescript.json:3:3: "id" is set twice'],
    ["[]", "devicescript.json: the whole file: expected an object, got []"],
    [
      withChange({ id: "a/b" }),
      'devicescript.json: id: expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates, got "a/b"',
    ],
    [
      withChange({ devices: "some" }),
      'devicescript.json: devices: expected "all" or "own" or a list of 1 to 1000 entries, got "some"',
    ],
    [
      withChange({ devices: ["shed-*", "a/b"] }),
      'devicescript.json: devices.1: expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates, or * for any text in it, got "a/b"',
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
      withChange({ rule: { ...good.rule, field: ["light"], value: -1 } }),
      "devicescript.json: rule.value: expected a number from 0 to 1023, got -1",
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
      "devicescript.json: colour: unknown field, expected one of id, broker, devices, topicPrefix, homeAssistant, offlineAfterMs, telemetry, aloneAfterMs, confirmAfterMs, rule, groups, commands, lampBrightness, pi",
    ],
    [
      withChange({ pi: { address: "0x78" } }),
      'devicescript.json: pi.address: expected "auto" or an address from "0x03" to "0x77", got "0x78"',
    ],
    [
      withChange({ pi: { gpioChip: "0" } }),
      'devicescript.json: pi.gpioChip: expected "auto" or a path such as "/dev/gpiochip0", got "0"',
    ],
    [
      withChange({ pi: { spiDevice: "spidev0.0" } }),
      'devicescript.json: pi.spiDevice: expected a path such as "/dev/spidev0.0", got "spidev0.0"',
    ],
    [
      withChange({ pi: { sensor: "bh1750" } }),
      'devicescript.json: pi.sensor: expected "grove-base-hat" or "ads1115" or "mcp3008", got "bh1750"',
    ],
    [
      withChange({ pi: { sensor: "ads1115", channel: 4 } }),
      "devicescript.json: pi.channel: expected 0 to 3 with ads1115, got 4",
    ],
    [
      withChange({ pi: { sensor: "ads1115", address: "0x04" } }),
      'devicescript.json: pi.address: expected "auto" or "0x48" or "0x49" or "0x4a" or "0x4b" with ads1115, got "0x04"',
    ],
    [
      withChange({ pi: { sensor: "mcp3008", address: "0x48" } }),
      'devicescript.json: pi.address: expected "auto" with mcp3008, got "0x48"',
    ],
    [
      withChange({ pi: { sensor: "mcp3008", buttonGpio: 9 } }),
      "devicescript.json: pi.buttonGpio: expected a pin that the bus of mcp3008 does not use (7, 8, 9, 10, 11), got 9",
    ],
    [
      withChange({ pi: { buttonPressed: "low" } }),
      'devicescript.json: pi.buttonPressed: expected buttonGpio, the button\'s pin, beside it, got "low" alone',
    ],
    [
      withChange({ pi: { buttonGpio: 5 } }),
      "devicescript.json: pi.buttonGpio: expected a pin other than that of pi.ledGpio, got 5",
    ],
    [
      withChange({ pi: { lamp: "dimmable" } }),
      "devicescript.json: pi.ledGpio: expected 12 or 13 or 18 or 19 with a dimmable lamp, since no other pin has PWM, got 5",
    ],
    [
      withChange({ lampBrightness: 0 }),
      "devicescript.json: lampBrightness: expected a whole number from 1 to 100, got 0",
    ],
    [
      withChange({ pi: { others: { hall: {} } } }),
      "devicescript.json: pi.others.hall.ledGpio: expected a pin other than that of pi.ledGpio, got 5",
    ],
    [
      withChange({ pi: { others: { hall: { ledGpio: 16, channel: 4, sensor: "ads1115" } } } }),
      "devicescript.json: pi.others.hall.channel: expected 0 to 3 with ads1115, got 4",
    ],
    [
      withChange({ pi: { ledGpio: 8, others: { hall: { ledGpio: 16, sensor: "mcp3008" } } } }),
      "devicescript.json: pi.ledGpio: expected a pin that the bus of mcp3008 does not use (7, 8, 9, 10, 11), got 8",
    ],
    [
      withChange({
        pi: {
          ...{ lamp: "dimmable", ledGpio: 12 },
          others: { hall: { lamp: "dimmable", ledGpio: 18 } },
        },
      }),
      "devicescript.json: pi.ledGpio: expected a pin other than 12, which shares its PWM with 18 of pi.others.hall",
    ],
    [
      withChange({ pi: { others: { hall: { ledGpio: 16, others: { attic: { ledGpio: 17 } } } } } }),
      "devicescript.json: pi.others.hall.others: expected all devices in pi.others, got attic here",
    ],
    [withChange({ pi: { others: { "a/b": { ledGpio: 16 } } } }), /^devicescript.json: pi.others: /],
    [
      withChange({ pi: { others: { hall: { ledgpio: 16 } } } }),
      /^devicescript.json: pi.others.hall.ledgpio: unknown field, expected one of sensor, /,
    ],
    [
      withChange({ pi: { ledGpio: 2 } }),
      "devicescript.json: pi.ledGpio: expected a whole number from 4 to 27, got 2",
    ],
    [
      withChange({ broker: "mqtt://me:secret@host" }),
      /^devicescript.json: broker: expected user and password in MQTT_USER and MQTT_PWD, got "…@host"$/,
    ],
    [
      withChange({ rule: { ...good.rule, hysteresis: -5 } }),
      "devicescript.json: rule.hysteresis: expected a number of 0 or more, got -5",
    ],
    [
      withChange({ rule: { ...good.rule, on: {} } }),
      "devicescript.json: rule.on: expected an object of 1 to 8 fields, got {}",
    ],
    [
      withChange({ rule: { ...good.rule, on: { led_on: null } } }),
      "devicescript.json: rule.on.led_on: expected true or false or a number or text, got null",
    ],
    [
      withChange({ rule: { ...good.rule, field: 5 } }),
      "devicescript.json: rule.field: expected text of 1 to 60 characters or a list of 1 to 16 entries, got 5",
    ],
    [
      withChange({ rule: { ...good.rule, field: ["light", ""] } }),
      'devicescript.json: rule.field.1: expected text of 1 to 60 characters, got ""',
    ],
    [
      withChange({ rule: { ...good.rule, field: ["light", "a\ud800"] } }),
      'devicescript.json: rule.field.1: expected text without lone surrogates, got "a\\ud800"',
    ],
    [
      withChange({ rule: { ...good.rule, on: { "a\ud800": 1 } } }),
      'devicescript.json: rule.on: expected text without lone surrogates, got "a\\ud800"',
    ],
    [
      withChange({ rule: { ...good.rule, on: { mode: "a\ud800" } } }),
      'devicescript.json: rule.on.mode: expected text without lone surrogates, got "a\\ud800"',
    ],
    [
      withGroups({ members: ["x", "y", "x"] }),
      'devicescript.json: groups.0.members.2: expected each entry once, got "x" again',
    ],
    [
      withGroups({ lights: [] }),
      "devicescript.json: groups.0.lights: expected a list of 1 to 1000 entries, got []",
    ],
    [
      withGroups({ decide: "most" }),
      'devicescript.json: groups.0.decide: expected "any" or "all" or "majority" or "median" or {"atLeast": a whole number from 1 to 1000}, got "most"',
    ],
    [
      withGroups({ decide: { atLeast: 0 } }),
      "devicescript.json: groups.0.decide.atLeast: expected a whole number from 1 to 1000, got 0",
    ],
    [withGroups({ decide: { atMost: 1 } }), "devicescript.json: groups.0.decide.atLeast: missing"],
  ])("refuses %s", (text, message) => {
    expect(() => parseConfig(text)).toThrow(
      typeof message === "string" ? new Error(message) : message,
    );
  });

  it.each([
    [
      withChange({ telemetry: { ...good.telemetry, minGapMs: 2001 } }),
      "telemetry.minGapMs: expected at most intervalMs, 2000, got 2001",
    ],
    [
      withChange({ rule: { ...good.rule, off: good.rule.on } }),
      'rule.off: expected a field of rule.on (led_on) with another value, got {"led_on":true}',
    ],
    [
      withChange({ rule: { ...good.rule, off: { other: 1 } } }),
      'rule.off: expected a field of rule.on (led_on) with another value, got {"other":1}',
    ],
    [
      withChange({ rule: { ...good.rule, hysteresis: 724 } }),
      "rule.hysteresis: expected at most 723, because light is 0 to 1023 and the threshold is 300, got 724",
    ],
    [
      withChange({
        rule: { ...good.rule, field: ["light"], comparison: "above", hysteresis: 1e9 },
      }),
      "rule.hysteresis: expected at most 300, because light is 0 to 1023 and the threshold is 300, got 1000000000",
    ],
    [
      withChange({ commands: { delivery: { foo: "ordered" } } }),
      "commands.delivery.foo: unknown field, expected one of led_on",
    ],
    [
      withGroups({}, { lights: ["lamp-2"] }),
      'groups.1.id: expected an id other than that of groups.0, got "hall"',
    ],
    [
      withGroups({ decide: { atLeast: 3 } }),
      "groups.0.decide.atLeast: expected at most 2, the number of members, got 3",
    ],
    [
      withGroups({}, { id: "yard", lights: ["mast", "lamp"] }),
      'groups.1.lights.1: expected a light that is in no other group, got "lamp", a light of groups.0',
    ],
  ])("refuses contradictions: %s", (text, message) => {
    expect(() => parseConfig(text)).toThrow(new Error(`devicescript.json: ${message}`));
  });

  it("accepts values on the edge of a contradiction", () => {
    const rule = {
      ...good.rule,
      hysteresis: 723,
      on: { mode: "on", fan: 1 },
      off: { mode: "off" },
    };
    const telemetry = { ...good.telemetry, minGapMs: good.telemetry.intervalMs };
    const commands = { delivery: { fan: "ordered" } };
    const first = { ...GROUP, decide: { atLeast: 2 } };
    // A sensor may vote in several groups, and may also be a light of a group.
    const second = { ...GROUP, id: "yard", lights: ["north"] };
    const text = withChange({ rule, telemetry, commands, groups: [first, second] });
    expect(parseConfig(text)).toMatchObject({ rule, telemetry, commands });
  });

  it("also matches the example in docs/examples", () => {
    const path = join(ROOT, "docs", "examples", "thermostat.json");
    expect(loadConfig(path).id).toBe("thermostat-1");
  });
});
