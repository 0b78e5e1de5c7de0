import { CuttingProxy } from "../support/cutting-proxy";
import { Mosquitto } from "../support/mosquitto";
import { forBoth, nudgeUntil, withDevice } from "./client";
import type { Measurement } from "./measurement";

const COUNT = 500;
const TOPIC = "nightlight-1/telemetry";

/**
 * Measures the bytes over TCP, both ways, for each reading `{"light":652}` on
 * `nightlight-1/telemetry`.
 */
export default async function wire(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start();
  const bytes = async (qos: number) =>
    await forBoth(async (kind) => {
      const proxy = await CuttingProxy.start(mosquitto.port);
      const perReading = await withDevice(
        kind,
        proxy.port,
        mosquitto.port,
        async (device, friend) => {
          let arrived = 0;
          friend.on("message", (topic) => {
            if (topic === TOPIC) arrived++;
          });
          await friend.subscribeAsync(TOPIC);
          const before = proxy.bytes;
          await friend.publishAsync("do", `${TOPIC} ${qos} ${COUNT} 1`);
          // A message that the device has sent may not have passed the proxy yet.
          const done = () => device.count("published") === 1 && arrived === COUNT;
          // The few bytes of `nudging`'s own messages are spread over many readings.
          await nudgeUntil(friend, "-", "all readings are published", done);
          return Math.floor((proxy.bytes - before) / COUNT);
        },
      );
      await proxy.stop();
      return perReading;
    });
  try {
    return [
      { name: "bytes on the wire per reading, QoS 0", ...(await bytes(0)), unit: "bytes" },
      { name: "bytes on the wire per reading, QoS 1", ...(await bytes(1)), unit: "bytes" },
    ];
  } finally {
    await mosquitto.stop();
  }
}
