import { describe, expect, it } from "vitest";
import { formatBrokerAddress, parseBrokerAddress } from "../../src/common/broker-address";

describe("a broker's address", () => {
  it.each([
    ["mqtt://host", "mqtt", "host", 1883, false, ""],
    ["mqtts://host", "mqtts", "host", 8883, true, ""],
    ["ws://host", "ws", "host", 80, false, ""],
    ["wss://host", "wss", "host", 443, true, ""],
    ["MQTT://LocalHost:1883", "mqtt", "localhost", 1883, false, ""],
    ["mqtt://127.0.0.1:21883/", "mqtt", "127.0.0.1", 21883, false, ""],
    ["mqtt://[::1]:1884", "mqtt", "::1", 1884, false, ""],
    ["mqtts://[2001:DB8::1]", "mqtts", "2001:db8::1", 8883, true, ""],
    ["mqtt://[::ffff:192.0.2.1]", "mqtt", "::ffff:192.0.2.1", 1883, false, ""],
    ["wss://host:8084/Mqtt?a=B", "wss", "host", 8084, true, "/Mqtt?a=B"],
    ["ws://[::1]/mqtt", "ws", "::1", 80, false, "/mqtt"],
  ])("reads %s", (url, scheme, host, port, tls, path) => {
    const address = { scheme, host, port, tls, path };
    expect(parseBrokerAddress(url)).toEqual(address);
    expect(parseBrokerAddress(formatBrokerAddress(address))).toEqual(address);
  });

  const scheme = "expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT]";
  const host = "expected a host name, an IPv4 address or an IPv6 address in brackets";
  const port = "expected a port from 1 to 65535, and an IPv6 address in brackets";
  const brackets = "expected an IPv6 address in the brackets";
  const path = "expected no path, which only ws:// and wss:// have";
  const login = "expected user and password in MQTT_USER and MQTT_PWD";
  it.each([
    ["", scheme],
    ["host", scheme],
    ["mqtt:host", scheme],
    ["mqttx://host", scheme],
    ["http://host", scheme],
    ["mqtt://", host],
    ["mqtt://:1", host],
    ["mqtt://a b", host],
    ["mqtt://h\u00f6st", host],
    ["mqtt://host?a", host],
    ["mqtt://[::1", port],
    ["mqtt://[::1]x", host],
    ["mqtt://host:", port],
    ["mqtt://host:0", port],
    ["mqtt://host:x", port],
    ["mqtt://host:1883x", port],
    ["mqtt://host:65536", port],
    ["mqtt://host:18830000", port],
    ["mqtt://::1", port],
    ["mqtt://[]", brackets],
    ["mqtt://[127.0.0.1]", brackets],
    ["mqtt://[fe80::1%eth0]", brackets],
    ["mqtt://host/mqtt", path],
    ["mqtt://me:secret@host", login],
    ["ws://host/me:secret@x", login],
  ])("refuses %j: %s", (url, expected) => {
    expect(parseBrokerAddress(url)).toBe(expected);
  });
});
