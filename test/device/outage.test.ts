import { afterEach, describe, expect, it } from "vitest";
import { PROGRAM_LINES } from "../../boards/log-lines";
import type { TelemetryView } from "../../src/common/api";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";

const ID = "test-1";

describe("an outage of the broker", () => {
  let mosquitto: Mosquitto;
  let nightlight: Started;

  afterEach(async () => {
    await nightlight.stop();
    await mosquitto.stop();
  });

  /** Returns the readings that the server has received, in order of arrival. */
  function arrived(): { light: number; seq: number; age_ms?: number }[] {
    return nightlight.log
      .map((line) => /^Message received: (.*) from test-1$/.exec(line)?.[1])
      .filter((payload) => payload !== undefined)
      .map((payload) => JSON.parse(payload) as { light: number; seq: number; age_ms?: number });
  }

  /** Returns the readings as the page draws them, oldest first. */
  async function drawn(): Promise<{ atMs: number; light: number | undefined }[]> {
    const response = await fetch(`${nightlight.url}/api/devices/${ID}/telemetry?points=5000`);
    const { points } = (await response.json()) as TelemetryView;
    return points
      .filter(({ readings }) => readings > 0)
      .map(({ atMs, values }) => ({ atMs, light: values.light?.min }));
  }

  it("loses and repeats no reading, and keeps their order and age", async () => {
    mosquitto = await Mosquitto.start();
    nightlight = await startNightlight({ brokerUrl: mosquitto.url });
    const outages: { fromMs: number; toMs: number }[] = [];

    for (let outage = 1; outage <= 3; outage++) {
      const before = arrived().length;
      await until("a reading", () => arrived().length > before);
      await mosquitto.kill("SIGKILL");
      const downMs = Date.now();
      for (const light of [100, 900, 150, 850]) {
        await nightlight.setLight(ID, light);
        const from = nightlight.log.length;
        await until("the reading is stored", () =>
          nightlight.log.slice(from).some((line) => line.startsWith(PROGRAM_LINES.outbox)),
        );
      }
      outages.push({ fromMs: downMs, toMs: Date.now() });
      await mosquitto.restart();
      const wasDownMs = Date.now() - downMs;
      await until("the stored readings", () => {
        const stored = arrived().filter(({ age_ms }) => (age_ms ?? 0) > wasDownMs / 2);
        return stored.length >= outage && (arrived().at(-1)?.age_ms ?? 0) === 0;
      });
    }

    const readings = arrived();
    expect(readings.map(({ seq }) => seq)).toEqual(readings.map((_, i) => i + 1));
    const lights = readings.map(({ light }) => light);
    expect(lights.join()).toMatch(/100,.*900,.*150,.*850.*100,.*900,.*150,.*850/);
    // Each reading is drawn at the time at which it was taken, not at its time of arrival.
    const points = await drawn();
    expect(points.slice(0, lights.length).map(({ light }) => light)).toEqual(lights);
    for (const { fromMs, toMs } of outages)
      expect(points.filter(({ atMs }) => atMs > fromMs && atMs < toMs)).not.toEqual([]);
    expect(nightlight.log.join("\n")).not.toMatch(/panic/i);
    await until("the lamp is right again", async () => {
      return (await nightlight.device(ID))?.ledOn === false;
    });
  });
});
