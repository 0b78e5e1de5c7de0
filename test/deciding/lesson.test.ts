import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/** Runs the nightlight with the behaviour of the IoT lesson's own programs on the wire. */
describe("the lesson's device, served by this server", () => {
  let nightlight: Started;
  let device: Witness;

  beforeEach(async () => {
    nightlight = await startNightlight({ simulate: false });
    device = await Witness.connect(nightlight.brokerUrl, "abc/commands", {
      clientId: "abcnightlight_client",
    });
  });

  afterEach(async () => {
    await device.stop();
    await nightlight.stop();
  });

  it("gets a command for each reading", async () => {
    for (const light of [652, 12, 299, 300])
      await device.publish("abc/telemetry", `{"light": ${light}}`);
    await until("four answers", () => device.payloads("abc/commands").length === 4);
    expect(device.payloads("abc/commands")).toEqual(
      [false, true, true, false].map((ledOn) => `{"led_on":${ledOn}}`),
    );
  });

  it("is listed, and is not simulated", async () => {
    await device.publish("abc/telemetry", '{"light": 12}');
    await until("listed", async () => (await nightlight.device("abc"))?.ledOn === true);
    expect(await nightlight.device("abc")).toMatchObject({
      online: true,
      simulated: false,
      light: 12,
    });
    expect((await nightlight.setLight("abc", 5)).status).toBe(409);
  });
});

describe("this firmware, driven by the lesson's server", () => {
  it("obeys it while this server does not decide", async () => {
    const nightlight = await startNightlight({ decide: false });
    const server = await Witness.connect(nightlight.brokerUrl, "test-1/telemetry", {
      clientId: "test-1nightlight_server",
    });
    let disconnects = 0;
    server.client.on("close", () => disconnects++);
    server.client.on("message", (_topic, payload) => {
      const { light } = JSON.parse(payload.toString()) as { light: number };
      // The lesson's server uses Python's json.dumps, which writes a space.
      server.client.publish("test-1/commands", `{"led_on": ${light < 300}}`);
    });
    await nightlight.setLight("test-1", 50);
    await until("LED on", async () => (await nightlight.device("test-1"))?.ledOn === true);
    await nightlight.setLight("test-1", 950);
    await until("LED off", async () => (await nightlight.device("test-1"))?.ledOn === false);
    expect(nightlight.log.filter((line) => line.startsWith("Sending message"))).toEqual([]);
    expect(disconnects).toBe(0);
    await server.stop();
    await nightlight.stop();
  });
});
