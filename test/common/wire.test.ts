import { describe, expect, it } from "vitest";
import {
  deviceClientId,
  parseCommand,
  parseState,
  parseStatus,
  parseTelemetry,
  serverClientId,
  topicOf,
} from "../../src/common/wire";

const LIGHT = ["light"];

describe("telemetry", () => {
  it.each([0, 299.5, 1023])("accepts light %d", (light) => {
    expect(parseTelemetry(JSON.stringify({ light }), LIGHT).value?.values).toEqual({ light });
  });

  it("accepts unknown fields", () => {
    expect(parseTelemetry('{"light":5,"soil":9}', LIGHT).value?.values).toEqual({ light: 5 });
  });

  it.each([
    ["{", "payload is not a JSON object"],
    ["", "payload is not a JSON object"],
    ["null", "payload is not a JSON object"],
    ["[1]", "payload is not a JSON object"],
    ["{}", "light: expected a number, got nothing"],
    ['{"light":null}', "light: expected a number, got null"],
    ['{"light":nan}', "payload is not a JSON object"],
    ['{"light":-1e999}', "light: is too large for a number"],
    ['{"light":-1}', "light: expected a number from 0 to 1023, got -1"],
    ['{"light":"9"}', 'light: expected a number, got "9"'],
    [`{"light":"${"9".repeat(99)}"}`, /^light: expected .*, got "9{39}\.\.\.$/],
  ])("refuses %j", (text, error) => {
    const parsed = parseTelemetry(text, LIGHT);
    expect(parsed.value).toBeUndefined();
    expect(parsed.error).toMatch(error);
  });
});

describe("fields beyond the lesson's", () => {
  it("are accepted if they are valid", () => {
    const telemetry = { light: 5, led_on: true, seq: 1, boot: 77, age_ms: 90_000 };
    expect(parseTelemetry(JSON.stringify(telemetry), LIGHT).value).toEqual({
      values: { light: 5 },
      said: telemetry,
      seq: 1,
      boot: 77,
      age_ms: 90_000,
    });
    const command = { led_on: true, seq: 1, boot: 77, id: 3 };
    expect(parseCommand(JSON.stringify(command)).value).toEqual(command);
    const state = {
      led_on: true,
      decided_by: "device",
      id: 3,
      fw: "1.2.3",
      uptime_s: 5,
      reconnects: 1,
      outbox: 0,
    };
    expect(parseState(JSON.stringify(state)).value).toEqual(state);
    expect(parseStatus("online").value).toBe("online");
  });

  it.each([
    [
      parseTelemetry('{"light":5,"seq":-1}', LIGHT),
      /^seq: expected a whole number from 0 to 9007199254740991, got -1/,
    ],
    [
      parseTelemetry('{"light":5,"age_ms":100000000000000000000}', LIGHT),
      /^age_ms: expected a whole number from 0 to 9007199254740991, got 100000000000000000000/,
    ],
    [parseTelemetry('{"light":5,"age_ms":1.5}', LIGHT), /^age_ms: expected .*, got 1.5$/],
    [parseTelemetry('{"light":5,"boot":1e300}', LIGHT), /^boot: expected .*, got 1e\+300$/],
    [parseCommand('{"led_on":true,"id":"7"}'), /^id: expected .*, got "7"$/],
    [
      parseState('{"led_on":true,"decided_by":"me","fw":"1"}'),
      /^decided_by: expected .*, got "me"$/,
    ],
    [
      parseState(`{"led_on":true,"decided_by":"server","fw":"${"1".repeat(41)}"}`),
      /^fw: expected .*, got "1/,
    ],
    [parseState('{"program":7}'), /^program: expected text of at most 64 characters, got 7$/],
    [
      parseState(`{"taken_back":"${"x".repeat(101)}"}`),
      /^taken_back: expected text of at most 100 characters, got "xxx/,
    ],
    [parseStatus("on"), 'status: expected online or offline, got "on"'],
  ])("are refused if they are invalid %#", ({ value, error }, message) => {
    expect(value).toBeUndefined();
    expect(error).toMatch(message);
  });
});

describe("commands", () => {
  it.each([true, false])("accept led_on %s", (ledOn) => {
    expect(parseCommand(`{"led_on": ${ledOn}}`)).toEqual({ value: { led_on: ledOn } });
  });

  it.each(["1", '"true"', "null"])("refuse led_on %s", (value) => {
    expect(parseCommand(`{"led_on":${value}}`).error).toBe(
      `led_on: expected true or false, got ${value}`,
    );
  });
});

describe("topic names", () => {
  it("are the lesson's", () => {
    expect(topicOf("soil", "telemetry")).toBe("soil/telemetry");
    expect(topicOf("soil", "commands")).toBe("soil/commands");
    expect(deviceClientId("soil")).toBe("soilnightlight_client");
    expect(serverClientId("soil")).toBe("soilnightlight_server");
  });
});
