import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { startDevice, type TestDevice } from "../support/device";
import { Mosquitto } from "../support/mosquitto";
import { Program } from "../support/program";
import { Random } from "../support/random";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const ROUNDS = 6;
/** Seed of the times at which the server is killed. KILLED_SEED=7 selects other times. */
const SEED = Number(process.env.KILLED_SEED ?? 1);
/** The longest wait before the server is killed, ms. A decision takes less time. */
const LONGEST_MS = 500;

function startServer(): Program {
  const flags = ["--broker", mosquitto.url, "--no-device", "--http-port", "0"];
  return new Program(process.execPath, ["server/start.js", ...flags], {
    cwd: ROOT,
  });
}

let mosquitto: Mosquitto;
let device: TestDevice;
let lesson: Witness;
let server: Program | undefined;

beforeAll(async () => {
  mosquitto = await Mosquitto.start();
  device = await startDevice("killed-1", mosquitto.url);
  lesson = await Witness.connect(mosquitto.url, "lesson-1/commands");
});

afterAll(async () => {
  await server?.stop();
  await device.device.stop();
  await lesson.stop();
  await mosquitto.stop();
});

it(`a server killed at any moment leaves every device right once another one has started (seed ${SEED})`, async () => {
  const random = new Random(SEED);
  for (let round = 1; round <= ROUNDS; round++) {
    const dark = round % 2 === 1;
    server = startServer();
    await server.untilPrinted("Nightlight is ready");
    device.device.lightRaw = dark ? 100 : 900;
    // The server is killed sometimes before its decision, and sometimes after it.
    const atMs = performance.now() + random.below(LONGEST_MS);
    await until("the moment", () => performance.now() >= atMs);
    await server.stop();

    server = startServer();
    await server.untilPrinted("Nightlight is ready");
    await until("our LED is right", () => device.device.ledOn === dark);
    const from = lesson.seen.length;
    await lesson.publish("lesson-1/telemetry", `{"light": ${dark ? 5 : 905}}`);
    await lesson.untilSeen("lesson-1/commands", new RegExp(`"led_on":${dark}`), from);
    await server.stop();
  }
  expect(device.panics).toEqual([]);
});
