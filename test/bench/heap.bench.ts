import type { SimulatedDevice } from "../../server/simulator/device";
import { HeapProbe } from "../support/heap-probe";
import { Mosquitto } from "../support/mosquitto";
import { forBoth, nudgeUntil, untilAnswered, withDevice } from "./client";
import type { Measurement } from "./measurement";

/**
 * Measures the peak of live bytes in the device's heap while it is connected, publishes and
 * receives.
 */
export default async function heap(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start();
  try {
    const peak = await forBoth(
      async (kind) =>
        await withDevice(kind, mosquitto.port, mosquitto.port, async (device, friend) => {
          const probe = new HeapProbe(device.device as SimulatedDevice);
          for (let i = 0; i < 20; i++) {
            await untilAnswered(device, friend);
          }
          await friend.publishAsync("do", "out 1 20 1");
          const done = () => device.count("published") === 1;
          await nudgeUntil(friend, "-", "all messages are published", done);
          return probe.peakBytes;
        }),
    );
    const burst = await withDevice(
      "ours",
      mosquitto.port,
      mosquitto.port,
      async (device, friend) => {
        const probe = new HeapProbe(device.device as SimulatedDevice);
        for (let i = 0; i < 500; i++) friend.publish("in", `message ${i}`);
        const done = () => device.lines.includes("received 500");
        await nudgeUntil(friend, "count", "all messages are received", done);
        return probe.peakBytes;
      },
    );
    return [
      { name: "heap in use, one message at a time", ...peak, unit: "bytes" },
      {
        name: "heap in use, burst of 500 messages",
        ours: burst,
        unit: "bytes",
        expected: { text: `below ${48 * 1024}`, reached: burst < 48 * 1024 },
        note: "the built-in client runs out of memory",
      },
    ];
  } finally {
    await mosquitto.stop();
  }
}
