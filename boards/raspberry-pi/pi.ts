/** `npm run pi`: the nightlight's device on a Raspberry Pi. The server may be anywhere. */
import { onEndRequest } from "../../server/base/ending";
import { openOutput } from "../../server/base/log";
import { lineFor, UserError } from "../../server/base/user-error";
import { loadConfig } from "../../server/setup/config";
import { checkLog, logFormat } from "../../server/setup/options";
import { readSettings } from "../../server/setup/settings";
import { settingError } from "../../src/common/settings";
import { readFlags } from "../tools/command";
import { compileFirmware } from "../tools/firmware/compile";
import { writeFirmwareConfig } from "../tools/firmware/configure";
import { PiDevice } from "./device";
import { realParts } from "./hardware";
import { loadKernel } from "./kernel";

const DEFAULT_DATA = ".nightlight";

const output = openOutput(logFormat(process.argv.slice(2)));
const ending = new AbortController();
let device: PiDevice | undefined;

async function end(code: number): Promise<void> {
  ending.abort();
  await device?.stop();
  process.exit(code);
}

onEndRequest(() => {
  output.say("Stopping ...");
  void end(0);
});

async function start(): Promise<void> {
  const flags = readFlags({
    config: { type: "string" },
    id: { type: "string" },
    data: { type: "string" },
    log: { type: "string" },
  });
  checkLog(flags.log);
  const config = loadConfig(flags.config);
  // A Pi is in a network already.
  const { ID, BROKER, MQTT_USER, MQTT_PWD, UPDATE_KEY } = readSettings();
  const id = flags.id ?? ID ?? config.id;
  const problem = settingError("ID", id);
  if (problem !== undefined) throw new UserError(`--id: ${problem}`);
  const log = (line: string, level: "info" | "warn" = "info") =>
    output.log("device", line, { level, id });
  const kernel = await loadKernel();

  writeFirmwareConfig(config, undefined, true);
  const bytecode = await compileFirmware("src/main.ts", {
    signal: ending.signal,
    onCompile: () => log("Compiling the firmware, this takes a minute on a Pi ..."),
  });
  log(`Starting ${id} on this Raspberry Pi, with ${bytecode.length} bytes of firmware`);
  device = await PiDevice.start({
    bytecode,
    settings: {
      ID: id,
      ...(BROKER && { BROKER }),
      ...(MQTT_USER && { MQTT_USER }),
      ...(MQTT_PWD && { MQTT_PWD }),
      ...(UPDATE_KEY && { UPDATE_KEY }),
    },
    config,
    parts: realParts(kernel, config.pi, log),
    dataDir: flags.data ?? DEFAULT_DATA,
    say: log,
    onLog: (line) => {
      if (/^[>!] /.test(line)) log(line.slice(2));
    },
    onPanic: (code) => log(`Panic ${code}: ${id} starts again`, "warn"),
    onFault: (error) => {
      throw error;
    },
  });
}

try {
  await start();
} catch (error) {
  if (!ending.signal.aborted) {
    output.fail(lineFor(error));
    process.exitCode = 1;
  }
}
