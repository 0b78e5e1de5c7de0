import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../server/setup/config";
import { type Options, parseOptions } from "../../server/setup/options";
import { parseSettings } from "../../server/setup/settings";

const config = loadConfig();
const options = (url: string, ...flags: string[]) =>
  parseOptions(["--broker", url, ...flags], config, {}) as Options;

describe("--broker", () => {
  it.each([
    ["MQTT://LOCALHOST", "mqtt://localhost:1883"],
    ["mqtt://[::1]:1883/", "mqtt://[::1]:1883"],
    ["mqtts://broker.example", "mqtts://broker.example:8883"],
  ])("passes %s on as %s", (url, spelling) => {
    expect(options(url).brokerUrl).toBe(spelling);
  });

  it("accepts a WebSocket and its path only for the server", () => {
    const url = "wss://broker.example/mqtt";
    expect(options(url, "--no-device").brokerUrl).toBe("wss://broker.example:443/mqtt");
    expect(() => options(url)).toThrow(/the device here speaks mqtt:\/\/ and mqtts:\/\/ only/);
  });

  it.each([
    ["mqtt://a/b", 'expected no path, which only ws:// and wss:// have, got "mqtt://a/b"'],
    ["mqtt://[1:2]", 'expected an IPv6 address, got "mqtt://[1:2]"'],
    [
      "mqtt://a,mqtts://b",
      'expected nodes with the same scheme and path, got "mqtt://a:1883,mqtts://b:8883"',
    ],
    [
      "ws://a/mqtt,ws://b/other",
      'expected nodes with the same scheme and path, got "ws://a:80/mqtt,ws://b:80/other"',
    ],
  ])("refuses %s", (url, message) => {
    expect(() => options(url, "--no-device")).toThrow(new Error(`--broker: ${message}`));
  });
});

describe("the broker of devicescript.json and .env.local", () => {
  const withBroker = (broker: string) => parseConfig(JSON.stringify({ ...config, broker }));
  const noWebSockets =
    'expected mqtt:// or mqtts://, because devices do not support WebSockets, got "ws://host"';

  it("is parsed by the same rule", () => {
    expect(withBroker("embedded").broker).toBe("embedded");
    expect(withBroker("MQTT://[::1]").broker).toBe("mqtt://[::1]:1883");
    expect(parseSettings("BROKER=mqtt://[::1]:1884")).toEqual({ BROKER: "mqtt://[::1]:1884" });
  });

  it("must be one that a device can reach", () => {
    expect(() => withBroker("ws://host")).toThrow(`devicescript.json: broker: ${noWebSockets}`);
    expect(() => parseSettings("BROKER=ws://host")).toThrow(
      `.env.local:1: BROKER: ${noWebSockets}`,
    );
  });
});
