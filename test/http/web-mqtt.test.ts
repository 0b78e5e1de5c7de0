import { connectAsync, type IClientOptions } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Started, startNightlight } from "../support/nightlight";

describe("MQTT over WebSocket at /mqtt", () => {
  let nightlight: Started;

  beforeAll(async () => {
    nightlight = await startNightlight({ simulate: false });
  });

  afterAll(() => nightlight.stop());

  const host = () => new URL(nightlight.url).host;

  it.each<[string, () => IClientOptions]>([
    ["mqtt", () => ({})],
    // MQTT.js offers this subprotocol for MQTT 3.1.
    ["mqttv3.1 alone", () => ({ protocolId: "MQIsdp", protocolVersion: 3 })],
    // paho always sends an Origin header with https (issue 14).
    [
      "mqtt, from an origin with another scheme",
      () => ({ wsOptions: { headers: { origin: `https://${host()}` } } }),
    ],
  ])("is served to a client that offers %s", async (_what, options) => {
    const url = `ws://${host()}/mqtt`;
    const client = await connectAsync(url, { reconnectPeriod: 0, ...options() }, false);
    const received = new Promise((resolve) => {
      client.on("message", (topic, payload) => resolve(`${topic} ${payload.toString()}`));
    });
    await client.subscribeAsync("t");
    await client.publishAsync("t", "x", { qos: 1 });
    expect(await received).toBe("t x");
    await client.endAsync();
  });
});
