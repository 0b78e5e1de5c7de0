/**
 * The debug adapter that VS Code starts at F5 (`.vscode/extensions/nightlight`): the whole
 * nightlight in one process, and a debugger for the firmware of its simulated device, which speaks
 * the Debug Adapter Protocol on standard input and output.
 */
import { Console } from "node:console";
import { firmwareDebugInfo } from "../boards/tools/firmware/compile";
import { PortInUse } from "./base/listen";
import { type Log, printable } from "./base/log";
import { onShutdownRequest } from "./base/shutdown";
import { lineFor } from "./base/user-error";
import { run, type RunningServer } from "./run";
import { loadConfig } from "./setup/config";
import { parseOptions } from "./setup/options";
import { readSecrets } from "./setup/secrets";
import { type DebugInfo, startDebugSession } from "./simulator/debug-session";
import { SimulatedDevice } from "./simulator/device";

const STOP_TIMEOUT_MS = 1_500;
/** Sequence number of the first message in either direction. */
const FIRST_SEQ = 1;

// Standard output belongs to the protocol, so the console writes to standard error.
globalThis.console = new Console(process.stderr);
console.debug = () => undefined;
const early: string[] = [];
let say = (line: string): void => void early.push(line);
const log: Log = (source, text) => say(`${source.padEnd(7)} ${printable(text)}`);
let running: RunningServer | undefined;

onShutdownRequest(() => void end());
// Without this handler, this process would stay behind if the window is killed.
process.stdout.on("error", () => process.exit(1));

try {
  const config = loadConfig();
  const options = parseOptions([], config, readSecrets());
  if (typeof options === "string") throw new Error(options);
  const start = (ports = {}) => run({ ...options, ...ports }, config, log);
  // If several windows debug at the same time, the default ports are in use.
  running = await start().catch(async (error: unknown) => {
    if (error instanceof PortInUse) return await start({ mqttPort: 0, httpPort: 0 });
    throw error;
  });
  void running.failure.then(({ message }) => say(`nightlight: ${message}`)).then(end);
  const device = await running.device;
  if (!(device instanceof SimulatedDevice)) throw new Error("there is no simulated device");
  const info = JSON.parse(await firmwareDebugInfo()) as DebugInfo;
  say = startDebugSession(device.bus, info, process.stdin, process.stdout);
  for (const line of early) say(line);
  say(`Nightlight: ${running.url}`);
  process.stdin.once("end", () => void end());
} catch (error) {
  refuse(lineFor(error));
  await end();
}

async function end(): Promise<void> {
  setTimeout(() => process.exit(), STOP_TIMEOUT_MS).unref();
  await running?.stop();
  process.exit();
}

/** Answers VS Code's first request with an error, so that VS Code shows why it can't debug. */
function refuse(message: string): void {
  const body = JSON.stringify({
    type: "response",
    seq: FIRST_SEQ,
    request_seq: FIRST_SEQ,
    command: "initialize",
    success: false,
    message,
    body: { error: { id: 1, format: message.replace(/[{}]/g, ""), showUser: true } },
  });
  process.stdout.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
