import { startDevice } from "../support/device";
import { HeapProbe } from "../support/heap-probe";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import type { Measurement } from "./measurement";

const LIMIT = 48 * 1024;
const COMMANDS = 300;
const OUTAGE_MS = 20_000;

/**
 * Measures the heap of the whole nightlight program in the worst case: a flood of commands, then an
 * outage and its recovery.
 */
export default async function firmwareHeap(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start("allow_anonymous true\nmax_queued_messages 0\n");
  const witness = await Witness.connect(mosquitto.url, "heap-1/#");
  const own = await startDevice("heap-1", mosquitto.url);
  try {
    await until("the device connects", () => own.log.includes("Connected"));
    const probe = new HeapProbe(own.device);
    for (let i = 0; i < COMMANDS; i++)
      witness.client.publish("heap-1/commands", `{"led_on":${i % 7 === 0}}`, { qos: 1 });
    const last = '{"led_on":true,"id":1}';
    await witness.client.publishAsync("heap-1/commands", last, { qos: 1 });
    await until(
      "all commands are executed",
      () => witness.payloads("heap-1/state").some((state) => state.includes('"id":1')),
      120_000,
    );
    const flood = probe.peakBytes;

    await mosquitto.kill();
    const backMs = Date.now() + OUTAGE_MS;
    await until(
      "the outage is over",
      () => {
        own.device.lightRaw = Math.floor(Math.random() * 1024);
        return Date.now() > backMs;
      },
      2 * OUTAGE_MS,
    );
    const from = witness.seen.length;
    await mosquitto.restart();
    await until(
      "the outbox is empty",
      () =>
        witness.seen.slice(from).some(({ topic, payload }) => {
          return topic === "heap-1/state" && payload.includes('"outbox":0');
        }),
      120_000,
    );
    const peak = probe.peakBytes;
    const expected = { text: `below ${LIMIT}`, reached: peak < LIMIT && own.panics.length === 0 };
    return [
      { name: "nightlight's heap, flood of commands", ours: flood, unit: "bytes" },
      { name: "nightlight's heap, flood and outage", ours: peak, unit: "bytes", expected },
    ];
  } finally {
    await own.device.stop();
    await witness.stop();
    await mosquitto.stop();
  }
}
