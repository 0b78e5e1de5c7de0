import { Mosquitto } from "../support/mosquitto";
import { forBoth, untilAnswered, withDevice } from "./client";
import { type Measurement, median } from "./measurement";

/**
 * Number of runs. The built-in client gets few, because each of its runs takes most of a minute.
 */
const RUNS = { ours: 7, builtin: 2 };
const PATIENCE_MS = 90_000;

/**
 * Measures the time from the restart of a killed broker until the client handles its next message.
 */
export default async function reconnect(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start();
  let panics = 0;
  try {
    const seconds = await forBoth(async (kind) => {
      const times: number[] = [];
      for (let run = 0; run < RUNS[kind]; run++)
        times.push(
          await withDevice(kind, mosquitto.port, mosquitto.port, async (device, friend) => {
            await mosquitto.kill();
            await mosquitto.restart();
            const upMs = performance.now();
            await untilAnswered(device, friend, PATIENCE_MS);
            panics += device.panics;
            return (performance.now() - upMs) / 1000;
          }),
        );
      return median(times) ?? Infinity;
    });
    return [
      {
        name: "back after a broker restart",
        ...seconds,
        unit: "s",
        expected: { text: "25 times sooner", reached: seconds.ours * 25 <= seconds.builtin },
        ...(panics
          ? { note: `the built-in client panicked ${panics} times, and restarted each time` }
          : {}),
      },
    ];
  } finally {
    await mosquitto.stop();
  }
}
