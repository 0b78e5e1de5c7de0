import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../server/setup/config";
import { Mosquitto } from "../support/mosquitto";
import { NightlightProcess } from "../support/process";
import { Random } from "../support/random";
import { until } from "../support/until";
import { connectFleet } from "./fleet";
import { type LessonDevice, LIGHT_LEAST, LIGHT_MOST } from "./lesson-device";

const DEVICES = 5_000;
const READINGS = 6;
/** Number of readings that each device sends before the first command is awaited. */
const AT_ONCE = 2;
/** Number of open files besides the devices' connections, in a broker and in this process. */
const OTHER_FILES = 200;
/** Time limit for all commands, ms, because 5,000 devices share the cores of a busy machine. */
const PATIENCE_MS = 240_000;

describe(`${DEVICES} lesson devices`, () => {
  let mosquitto: Mosquitto | undefined;
  let nightlight: NightlightProcess | undefined;
  let devices: LessonDevice[] = [];

  afterEach(async () => {
    for (const device of devices) device.stop();
    devices = [];
    await nightlight?.kill();
    await mosquitto?.stop();
    mosquitto = nightlight = undefined;
  });

  async function embedded(): Promise<number> {
    const limits = ["connections", "connections-per-address"];
    const flags = limits.flatMap((name) => ["--limit", `${name}=${DEVICES + OTHER_FILES}`]);
    nightlight = await NightlightProcess.start(["--no-device", ...flags]);
    return nightlight.mqttPort;
  }

  async function beside(): Promise<number> {
    mosquitto = await Mosquitto.start();
    nightlight = await NightlightProcess.start(["--no-device", "--broker", mosquitto.url]);
    return mosquitto.port;
  }

  it.each([
    ["the embedded broker", embedded],
    ["Mosquitto", beside],
  ])(
    "get a command for each reading through %s, and the right one in the end",
    async (_name, start) => {
      const files = Number(execFileSync("sh", ["-c", "ulimit -n"]).toString());
      if (files < DEVICES + OTHER_FILES)
        throw new Error(`needs ${DEVICES + OTHER_FILES} open files: ulimit -n says ${files}`);
      const { rule } = loadConfig();
      const random = new Random(5_000);
      const light = () => LIGHT_LEAST + random.below(LIGHT_MOST - LIGHT_LEAST + 1);

      devices = await connectFleet(DEVICES, "lamp", {
        port: await start(),
        qos: 1,
        reports: false,
        onCommands: (device, count) => {
          const more = Math.min(count, READINGS - device.sent);
          if (more > 0) device.send(Array.from({ length: more }, light));
        },
      });
      for (const device of devices) device.send(Array.from({ length: AT_ONCE }, light));

      const unfinished = () =>
        devices.filter(
          ({ commands, unacknowledged, lost }) =>
            lost === undefined && (commands < READINGS || unacknowledged.size > 0),
        ).length;
      await until("each reading is answered", () => unfinished() === 0, PATIENCE_MS);
      expect(devices.filter(({ lost }) => lost !== undefined)).toEqual([]);
      expect(devices.filter(({ commands }) => commands !== READINGS)).toEqual([]);
      const wrong = devices.filter(
        ({ lastLight = NaN, ledOn }) => ledOn !== lastLight < rule.value,
      );
      expect(wrong).toEqual([]);
      expect(nightlight?.output).not.toContain("Warning");
    },
    2 * PATIENCE_MS,
  );
});
