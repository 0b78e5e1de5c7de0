import { Mosquitto } from "../support/mosquitto";
import { forBoth, hears, withDevice } from "./client";
import { type Measurement, median } from "./measurement";

/** The built-in client takes most of a minute for each. */
const RUNS = { ours: 7, builtin: 2 };
const PATIENCE_MS = 90_000;

/** From a broker that answers again after being killed to the next message that is handled. */
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
            await hears(device, friend, PATIENCE_MS);
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
        expected: { text: "25 x sooner", reached: seconds.ours * 25 <= seconds.builtin },
        ...(panics ? { note: `${panics} panics of the built-in client, each a restart` } : {}),
      },
    ];
  } finally {
    await mosquitto.stop();
  }
}
