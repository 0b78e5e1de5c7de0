import { describe, expect, it } from "vitest";
import { parseBrokerAddress } from "../../src/common/broker-address";

describe("a broker's address", () => {
  it.each([
    ["mqtt://host", { host: "host", port: 1883, tls: false }],
    ["mqtts://host", { host: "host", port: 8883, tls: true }],
    ["mqtt://127.0.0.1:21883", { host: "127.0.0.1", port: 21883, tls: false }],
  ])("reads %s", (url, address) => {
    expect(parseBrokerAddress(url)).toEqual(address);
  });

  it.each(["", "host", "http://host", "mqtt://", "mqtt://:1", "mqtt://host:0", "mqtt://host:x"])(
    "refuses %j",
    (url) => expect(parseBrokerAddress(url)).toBeUndefined(),
  );
});
