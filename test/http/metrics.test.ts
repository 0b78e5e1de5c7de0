import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { REASONS } from "../../server/base/rejections";
import { metricsOf } from "../support/metrics";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

describe("GET /metrics", () => {
  let nightlight: Started;
  let lesson: Witness;

  async function sample(name: string): Promise<number | undefined> {
    return (await metricsOf(nightlight.url)).get(`nightlight_${name}`);
  }

  async function untilMetric(name: string, value: number): Promise<void> {
    await until(`${name} is ${value}`, async () => (await sample(name)) === value);
  }

  describe("with the embedded broker", () => {
    beforeEach(async () => {
      nightlight = await startNightlight({ simulate: false });
      lesson = await Witness.connect(nightlight.brokerUrl, "lamp/commands");
    });

    afterEach(async () => {
      await lesson.stop();
      await nightlight.stop();
    });

    it("is in the text format, with help and type of each metric", async () => {
      const response = await fetch(`${nightlight.url}/metrics`);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      const text = await response.text();
      const named = (kind: string) =>
        [...text.matchAll(new RegExp(`^# ${kind} ([a-z0-9_]+) .+$`, "gm"))].map(([, name]) => name);
      expect(named("TYPE")).toEqual(named("HELP"));
      expect(named("TYPE")).toEqual([...new Set(named("TYPE"))]);
      expect(text).toMatch(/^nightlight_info\{version="\d+\.\d+\.\d+"\} 1$/m);
      expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
      expect((await fetch(`${nightlight.url}/metrics`, { method: "POST" })).status).toBe(405);
    });

    it("counts readings, their commands, and the time between them", async () => {
      for (const light of [100, 900, 100])
        await lesson.client.publishAsync("lamp/telemetry", `{"light":${light}}`, { qos: 1 });
      await untilMetric("decision_latency_seconds_count", 3);
      const samples = await metricsOf(nightlight.url);
      expect(samples.get("nightlight_readings_total")).toBe(3);
      expect(samples.get('nightlight_commands_total{kind="rule"}')).toBe(3);
      expect(samples.get('nightlight_commands_total{kind="manual"}')).toBe(0);
      expect(samples.get("nightlight_commands_unacknowledged")).toBe(0);
      expect(samples.get('nightlight_decision_latency_seconds_bucket{le="+Inf"}')).toBe(3);
      expect(samples.get("nightlight_decision_latency_seconds_sum")).toBeGreaterThan(0);

      await nightlight.command("lamp", { led_on: true });
      await untilMetric('commands_total{kind="manual"}', 1);
      await untilMetric("commands_unacknowledged", 0);
      expect(await sample("decision_latency_seconds_count")).toBe(3);
    });

    it("counts a repeated reading once", async () => {
      for (const seq of [1, 1, 2])
        await lesson.client.publishAsync("lamp/telemetry", `{"light":5,"seq":${seq},"boot":7}`);
      await lesson.untilSeen("lamp/commands", /"seq":2/);
      expect(await sample("readings_total")).toBe(2);
    });

    it("counts devices, those online, and the broker's clients", async () => {
      await lesson.publish("lamp/telemetry", '{"light":100}');
      await lesson.publish("other/state", '{"led_on":true}');
      await lesson.publish("other/status", "offline");
      // The sender of this message is not counted, because nothing identifies it as a device.
      await lesson.publish("kitchen-plug/status", "online");
      await untilMetric("devices", 2);
      expect(await sample("devices_online")).toBe(1);
      // The two clients are the server's and this test's.
      expect(await sample("broker_clients")).toBe(2);
    });

    it("counts messages of other clients on our topics, without a warning", async () => {
      await lesson.publish("kitchen-plug/status", "awake");
      await lesson.publish("kitchen-plug/state", "ON");
      await untilMetric('rejections_total{reason="stranger"}', 2);
      expect(nightlight.log.join()).not.toContain("kitchen-plug");
    });

    it("has every reason for a rejection, including those that never occurred", async () => {
      await lesson.publish("lamp/telemetry", '{"light":"dark"}');
      await untilMetric('rejections_total{reason="telemetry"}', 1);
      const samples = await metricsOf(nightlight.url);
      for (const reason of REASONS.filter((name) => name !== "telemetry"))
        expect(samples.get(`nightlight_rejections_total{reason="${reason}"}`)).toBe(0);
      expect(samples.get("nightlight_readings_total")).toBe(0);
    });
  });

  it("distinguishes commands of a group from those of a rule", async () => {
    const group = { id: "hall", members: ["north"], lights: ["mast"] };
    nightlight = await startNightlight(
      { simulate: false },
      { groups: [{ ...group, decide: "any", validMs: 30_000 }] },
    );
    const north = await Witness.connect(nightlight.brokerUrl, "mast/commands");
    await north.publish("north/telemetry", '{"light":100}');
    await untilMetric('commands_total{kind="group"}', 1);
    await untilMetric("decision_latency_seconds_count", 1);
    await north.stop();
    await nightlight.stop();
  });

  it("shows when the broker is down, what waits for it, and that it came back", async () => {
    const mosquitto = await Mosquitto.start();
    nightlight = await startNightlight({ simulate: false, brokerUrl: mosquitto.url });
    const lamp = await Witness.connect(mosquitto.url, "lamp/commands");
    await lamp.publish("lamp/telemetry", '{"light":100}');
    await lamp.untilSeen("lamp/commands", /true/);
    expect(await sample("broker_connected")).toBe(1);
    expect(await sample("broker_clients")).toBeUndefined();

    await mosquitto.kill();
    await untilMetric("broker_connected", 0);
    expect((await nightlight.command("lamp", { led_on: false })).status).toBe(202);
    expect(await sample("commands_unacknowledged")).toBe(1);
    await mosquitto.restart();
    await untilMetric("broker_connected", 1);
    await untilMetric("commands_unacknowledged", 0);
    expect(await sample("broker_reconnects_total")).toBe(1);
    await lamp.stop();
    await nightlight.stop();
    await mosquitto.stop();
  });
});
