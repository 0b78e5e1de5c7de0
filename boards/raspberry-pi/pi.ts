/** `npm run pi`: the nightlight's device on a Raspberry Pi. The server may be anywhere. */
import { openOutput } from "../../server/base/log";
import { onShutdownRequest } from "../../server/base/shutdown";
import { TaskQueue } from "../../server/base/task-queue";
import { lineFor, UserError } from "../../server/base/user-error";
import { loadConfig } from "../../server/setup/config";
import { checkLog, logFormat } from "../../server/setup/options";
import { piDevices } from "../../server/setup/pi-parts";
import { readSettings, readSettingsOf, type Settings } from "../../server/setup/settings";
import { settingError } from "../../src/common/settings";
import { readFlags } from "../tools/command";
import { compileFirmware } from "../tools/firmware/compile";
import { writeFirmwareConfig } from "../tools/firmware/configure";
import { PiDevices, withDeviceId } from "./devices";
import { type LogLine, realParts } from "./hardware";
import { loadKernel } from "./kernel";

const DEFAULT_DATA = ".nightlight";

const USAGE = `Usage: npm run pi [-- options]

The device on a Raspberry Pi; the server may be anywhere: docs/raspberry-pi.md.

  --config FILE     the configuration                       (devicescript.json)
  --id ID           the device's id                         (.env.local: ID)
  --data DIR        keeps settings and unsent readings      (${DEFAULT_DATA})
  --log FORMAT      text, or json: one object a line        (text)
`;

const output = openOutput(logFormat(process.argv.slice(2)));
const ending = new AbortController();
let devices: PiDevices | undefined;

async function end(code: number): Promise<void> {
  ending.abort();
  await devices?.stop();
  process.exit(code);
}

onShutdownRequest(() => {
  output.say("Stopping ...");
  void end(0);
});

async function start(): Promise<void> {
  const flags = readFlags(USAGE, {
    config: { type: "string" },
    id: { type: "string" },
    data: { type: "string" },
    log: { type: "string" },
  });
  checkLog(flags.log);
  const config = loadConfig(flags.config);
  const first = readSettings();
  const id = flags.id ?? first.ID ?? config.id;
  const problem = settingError("ID", id);
  if (problem !== undefined) throw new UserError(`--id: ${problem}`);
  const all = piDevices(id, config.pi);
  const logOf =
    (id: string): LogLine =>
    (line, level) =>
      output.log("device", withDeviceId(line, id, all.length), { level, id });
  const kernel = await loadKernel();

  writeFirmwareConfig(config, undefined, true);
  const bytecode = await compileFirmware("src/main.ts", {
    signal: ending.signal,
    onCompile: () => logOf(id)("Compiling the firmware, this takes a minute on a Pi ...", "info"),
  });
  const queue = new TaskQueue();
  const { lampBrightness } = config;
  devices = await PiDevices.start(
    all.map(([each, parts]) => {
      const say = logOf(each);
      say(
        `Starting ${each} on this Raspberry Pi, with ${bytecode.length} bytes of firmware`,
        "info",
      );
      return {
        bytecode,
        settings: { ...usedHere(each === id ? first : readSettingsOf(each)), ID: each },
        config,
        parts: realParts(parts, { kernel, lampBrightness, queue, say }),
        dataDir: flags.data ?? DEFAULT_DATA,
        say,
        onLog: (line) => {
          if (/^[>!] /.test(line)) say(line.slice(2), "info");
        },
        onPanic: (code) => say(`Panic ${code}: ${each} starts again`, "warn"),
        onFault: (error) => {
          throw error;
        },
      };
    }),
  );
}

/** The settings that a Pi uses. Its system joins the network, and its id is passed separately. */
function usedHere({ BROKER, MQTT_USER, MQTT_PWD, UPDATE_KEY }: Settings): Record<string, string> {
  return {
    ...(BROKER && { BROKER }),
    ...(MQTT_USER && { MQTT_USER }),
    ...(MQTT_PWD && { MQTT_PWD }),
    ...(UPDATE_KEY && { UPDATE_KEY }),
  };
}

try {
  await start();
} catch (error) {
  if (!ending.signal.aborted) {
    output.fail(lineFor(error));
    process.exitCode = 1;
  }
}
