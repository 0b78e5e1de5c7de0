import { metricsOf } from "../../support/metrics";
import { Mosquitto } from "../../support/mosquitto";
import { NightlightProcess } from "../../support/process";
import { until } from "../../support/until";
import { Load } from "./load";
import { residentBytes } from "./usage";

/**
 * Number of warm-up readings, which fill all caches and buffers, and of readings afterwards, during
 * which memory must not grow.
 */
const WARM_UP = 200_000;
const READINGS = 1_000_000;
const DEVICES = 100;
/**
 * Number of memory samples, and the interval between them, ms. The smallest sample counts, because
 * it was taken soon after a garbage collection.
 */
const SAMPLES = 20;
const SAMPLE_MS = 250;
const PATIENCE_MS = 300_000;

/** Measures the server's memory after many readings, and after a million more. */
export async function memoryReport(): Promise<string> {
  const mosquitto = await Mosquitto.start();
  // The history grows on purpose, up to its limit, so the limit is set to its minimum.
  const flags = ["--no-device", "--broker", mosquitto.url, "--history-mb", "1"];
  const server = await NightlightProcess.start(flags);
  try {
    const load = await Load.start(DEVICES, { port: mosquitto.port, qos: 0, reports: false });
    load.startLoop();
    const untilDecided = (count: number) =>
      until(`${count} readings are decided`, () => load.decided >= count, PATIENCE_MS);
    await untilDecided(WARM_UP);
    const before = await memoryOf(server);
    const from = load.decided;
    await untilDecided(from + READINGS);
    const after = await memoryOf(server);
    load.stopLoop();
    await load.untilDrained();
    load.stop();
    return `Memory over ${READINGS.toLocaleString("en")} readings: heap ${before.heap} -> ${after.heap}, resident ${before.resident} -> ${after.resident}.`;
  } finally {
    await server.kill();
    await mosquitto.stop();
  }
}

async function memoryOf(server: NightlightProcess): Promise<{ heap: string; resident: string }> {
  let heap = Infinity;
  let resident = Infinity;
  for (let i = 0; i < SAMPLES; i++) {
    const metrics = await metricsOf(`http://localhost:${server.httpPort}`);
    heap = Math.min(heap, metrics.get("nodejs_heap_size_used_bytes") ?? NaN);
    resident = Math.min(resident, residentBytes(server.pid));
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
  }
  return { heap: megabytes(heap), resident: megabytes(resident) };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
