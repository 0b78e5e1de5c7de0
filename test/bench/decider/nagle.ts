import { Mosquitto } from "../../support/mosquitto";
import { NightlightProcess } from "../../support/process";
import { Load } from "./load";

const DEVICES = 100;
const PER_S = 500;
const DURATION_MS = 3_000;

/**
 * Measures the latency of a command at QoS 1 with Mosquitto's defaults and with the recommended
 * configuration.
 */
export async function nagleReport(): Promise<string> {
  const ours = await medianMs(await Mosquitto.start());
  const defaults = await medianMs(await Mosquitto.start("allow_anonymous true\n", ""));
  return `From reading to command at QoS 1, median: ${ours} with docs/examples/mosquitto.conf, ${defaults} with Mosquitto's defaults.`;
}

async function medianMs(mosquitto: Mosquitto): Promise<string> {
  const server = await NightlightProcess.start(["--no-device", "--broker", mosquitto.url]);
  try {
    const load = await Load.start(DEVICES, { port: mosquitto.port, qos: 1, reports: false });
    // Warm-up: the first decisions wait for the just-in-time compiler.
    await load.openLoop(PER_S, DURATION_MS);
    const latenciesMs = await load.openLoop(PER_S, DURATION_MS);
    load.stop();
    return `${(latenciesMs[Math.floor(latenciesMs.length / 2)] ?? NaN).toFixed(2)} ms`;
  } finally {
    await server.kill();
    await mosquitto.stop();
  }
}
