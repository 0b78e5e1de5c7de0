import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { PROGRAM_LINES } from "../../boards/log-lines";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { type Flash, SimulatedDevice } from "../../server/simulator/device";
import { addServer, ButtonServer } from "../../server/simulator/jacdac";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";

/**
 * The simulated button's private field: when the current press began, undefined if there is none.
 */
interface Seen {
  _downTime: number | undefined;
}

let broker: Mosquitto;
let witness: Witness;
let device: SimulatedDevice | undefined;
let log: string[] = [];

beforeAll(async () => {
  broker = await Mosquitto.start();
  witness = await Witness.connect(broker.url);
});
afterEach(async () => await device?.stop());
afterAll(async () => {
  await witness.stop();
  await broker.stop();
});

async function start(lightRaw: number, flash: Flash): Promise<SimulatedDevice> {
  log = [];
  device = await SimulatedDevice.start({
    bytecode: await compileFirmware(),
    settings: { ID: "calibrated", BROKER: broker.url },
    lightRaw,
    flash,
    onLog: (line) => log.push(line),
  });
  return device;
}

it("holding the button sets dark and bright, and both survive a restart", async () => {
  let kept: Uint8Array = new Uint8Array();
  const flash = { load: () => kept, save: (content: Uint8Array) => (kept = content.slice()) };
  const first = await start(40, flash);
  const button = new ButtonServer();
  addServer(first.bus, "button", button);
  const holdUntil = async (words: string): Promise<void> => {
    await button.down();
    await until(words, () => log.includes(`> ${PROGRAM_LINES.calibration}${words}`));
    await button.up();
    // The simulated button looks at its state every 50 ms, so it would miss a shorter release.
    await until("the button is up", () => (button as unknown as Seen)._downTime === undefined);
  };
  await witness.untilSeen("calibrated/telemetry", /"light":40,/);
  await holdUntil("cover the sensor, hold the button again");
  await holdUntil("light it well, hold the button again");
  first.lightRaw = 400;
  await witness.untilSeen("calibrated/telemetry", /"light":400,/);
  await holdUntil("done, dark 40, bright 400");
  await witness.untilSeen("calibrated/telemetry", /"light":1023,/);
  first.lightRaw = 220;
  await witness.untilSeen("calibrated/telemetry", /"light":512,/);
  await first.stop();

  const second = await start(130, flash);
  await witness.untilSeen("calibrated/telemetry", /"light":256,/);
  expect(log).toContain(`> ${PROGRAM_LINES.lightRange}40 to 400`);
  second.lightRaw = 30;
  await witness.untilSeen("calibrated/telemetry", /"light":0,/);
});
