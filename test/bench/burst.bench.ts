import { Mosquitto } from "../support/mosquitto";
import { forBoth, nudgeUntil, withDevice } from "./client";
import type { Measurement } from "./measurement";

const SIZES = [10, 20, 30, 40, 50, 75, 100, 200, 500, 1000];

/** Measures the largest burst of messages, sent at once, that the client receives without loss. */
export default async function burst(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start("allow_anonymous true\nmax_queued_messages 0\n");
  try {
    const largest = await forBoth(async (kind) => {
      let taken = 0;
      for (const size of SIZES) {
        const all = await withDevice(
          kind,
          mosquitto.port,
          mosquitto.port,
          async (device, friend) => {
            for (let i = 0; i < size; i++) friend.publish("in", `message ${i}`);
            const wanted = `received ${size}`;
            try {
              const done = () => device.lines.includes(wanted) || device.panics > 0;
              await nudgeUntil(friend, "count", wanted, done, 4000);
            } catch {
              return false;
            }
            return device.panics === 0;
          },
        );
        if (!all) break;
        taken = size;
      }
      return taken;
    });
    return [
      {
        name: "largest burst without loss",
        ...largest,
        unit: "messages",
        expected: { text: "1000", reached: largest.ours >= 1000 },
      },
    ];
  } finally {
    await mosquitto.stop();
  }
}
