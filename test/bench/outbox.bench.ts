import { compileFirmware } from "../../boards/tools/firmware/compile";
import { SimulatedDevice } from "../../server/simulator/device";
import { HeapProbe } from "../support/heap-probe";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";
import { type Measurement, median } from "./measurement";

/** The number of readings that the program stores. */
const READINGS = 512;
const RUNS = 3;
const MOST_MS = 2_000;
const MOST_BYTES = 48 * 1024;

/**
 * Measures how long a full outbox takes to drain: from the connection until the broker has passed
 * on the last reading.
 */
export default async function outbox(): Promise<Measurement[]> {
  const mosquitto = await Mosquitto.start();
  const bytecode = await compileFirmware("test/programs/bench-outbox.ts");
  const drain = async (onConnect: (device: SimulatedDevice) => void) => {
    const witness = await Witness.connect(mosquitto.url, "outbox/telemetry");
    let fromMs = NaN;
    let isConnected = false;
    const device = await SimulatedDevice.start({
      bytecode,
      settings: { PORT: mosquitto.port as unknown as string },
      lightRaw: 0,
      onLog: (line) => {
        if (line !== "> connected") return;
        isConnected = true;
        fromMs = performance.now();
      },
    });
    try {
      await until("the device connects", () => isConnected);
      onConnect(device);
      const last = `"seq":${READINGS},`;
      const { seen } = witness;
      await until("the last reading arrives", () => seen.at(-1)?.payload.includes(last) === true);
      if (seen.length !== READINGS)
        throw new Error(`expected ${READINGS} readings, got ${seen.length}`);
      return performance.now() - fromMs;
    } finally {
      await device.stop();
      await witness.stop();
    }
  };
  try {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await drain(() => undefined));
    const ours = median(times) ?? NaN;
    // The probe makes the collector run at each allocation, so the time of this run is not
    // measured.
    let probe: HeapProbe | undefined;
    await drain((device) => (probe = new HeapProbe(device)));
    const peak = probe?.peakBytes ?? NaN;
    return [
      {
        name: `a full outbox, ${READINGS} readings at QoS 1`,
        ours,
        unit: "ms",
        expected: { text: `below ${MOST_MS}`, reached: ours < MOST_MS },
      },
      {
        name: "heap in use while it is sent",
        ours: peak,
        unit: "bytes",
        expected: { text: `below ${MOST_BYTES}`, reached: peak < MOST_BYTES },
      },
    ];
  } finally {
    await mosquitto.stop();
  }
}
