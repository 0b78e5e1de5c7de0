import { expect, it } from "vitest";
import { LATENCY_MAX_MS, Weather } from "./weather";

/** Relative tolerance of the receiver's baud rate: chip/sercom-usart.ts. */
const BAUD_TOLERANCE = 0.03;

const minutesOf = (weather: Weather) =>
  Array.from({ length: 1440 }, (_, number) => weather.minute(number));

it("is the same with the same seed, and different with another", () => {
  expect(minutesOf(new Weather(7))).toEqual(minutesOf(new Weather(7)));
  expect(minutesOf(new Weather(7))).not.toEqual(minutesOf(new Weather(8)));
});

it("has a broker every other minute, and intermittent Wi-Fi", () => {
  const minutes = minutesOf(new Weather(1));
  expect(minutes.filter(({ broker }) => broker === "up")).toHaveLength(720);
  expect(minutes.every(({ broker }, number) => (broker === "up") === (number % 2 === 0))).toBe(
    true,
  );
  const share = (count: number) => count / minutes.length;
  expect(share(minutes.filter(({ broker }) => broker === "silent").length)).toBeCloseTo(0.25, 1);
  expect(share(minutes.filter(({ wifi }) => wifi).length)).toBeCloseTo(2 / 3, 1);
  expect(minutes.every(({ wifiFromS }) => wifiFromS >= 0 && wifiFromS < 60)).toBe(true);
});

it("has latencies from 1 ms to 5 s, one in fifty above 2 s", () => {
  const weather = new Weather(1);
  const latencies = Array.from({ length: 100_000 }, () => weather.latencyMs());
  expect(Math.min(...latencies.slice(0, 10_000))).toBeGreaterThanOrEqual(1);
  expect(latencies.every((ms) => ms <= LATENCY_MAX_MS)).toBe(true);
  expect(latencies.filter((ms) => ms > 2000).length / latencies.length).toBeCloseTo(0.019, 2);
  expect(latencies.filter((ms) => ms > 4500).length).toBeGreaterThan(0);
});

it("moves the baud rate to the edge of the receiver's tolerance, and sometimes beyond it", () => {
  const weather = new Weather(1);
  const drifts = Array.from({ length: 40_000 }, (_, i) => weather.baudRatio(0.25 * i) - 1);
  // The other side sees the inverse ratio, which has to be within the tolerance, too.
  for (const drift of [0.029, -0.029])
    expect(Math.abs(1 / (1 + drift) - 1)).toBeLessThan(BAUD_TOLERANCE);
  const beyond = drifts.filter((drift) => Math.abs(drift) > BAUD_TOLERANCE);
  expect(Math.max(...drifts.filter((drift) => drift < BAUD_TOLERANCE))).toBeCloseTo(0.029, 5);
  expect(Math.min(...drifts.filter((drift) => drift > -BAUD_TOLERANCE))).toBeCloseTo(-0.029, 5);
  expect(beyond.length).toBeGreaterThan(10);
  expect(beyond.length).toBeLessThan(100);
});
