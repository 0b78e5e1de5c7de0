import { Mosquitto } from "../support/mosquitto";
import { forBoth, nudgeUntil, withDevice } from "./client";
import { type Measurement, median } from "./measurement";

const RUNS = 3;

/**
 * Measures publishes per second, from the order to publish until the last message arrives at a
 * subscriber.
 */
export default async function throughput(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start();
  const rate = async (qos: number, count: number, fibers: number) =>
    await forBoth(async (kind) => {
      const rates: number[] = [];
      for (let run = 0; run < RUNS; run++)
        rates.push(
          await withDevice(kind, mosquitto.port, mosquitto.port, async (_device, friend) => {
            let arrived = 0;
            friend.on("message", () => arrived++);
            await friend.subscribeAsync("out", { qos: 0 });
            await friend.publishAsync("do", `out ${qos} ${count} ${fibers}`);
            const orderedMs = performance.now();
            await nudgeUntil(friend, "-", "all arrive", () => arrived >= count);
            return (count * 1000) / (performance.now() - orderedMs);
          }),
        );
      return median(rates) ?? 0;
    });
  try {
    const zero = await rate(0, 3000, 1);
    const one = await rate(1, 200, 1);
    const eight = await rate(1, 400, 8);
    return [
      {
        name: "publishes at QoS 0",
        ...zero,
        unit: "/s",
        expected: { text: "no worse", reached: zero.ours >= zero.builtin },
      },
      {
        name: "publishes at QoS 1, one after another",
        ...one,
        unit: "/s",
        note: "this client waits for each acknowledgement; the built-in client waits for none",
      },
      { name: "publishes at QoS 1, eight fibers", ...eight, unit: "/s" },
    ];
  } finally {
    await mosquitto.stop();
  }
}
