import { onEndRequest } from "./base/ending";
import { openOutput } from "./base/log";
import { lineFor, type UserError } from "./base/user-error";
import { VERSION } from "./base/version";
import { run, type Running } from "./run";
import { loadConfig } from "./setup/config";
import { configPath, HELP, logFormat, parseOptions } from "./setup/options";
import { readSecrets } from "./setup/secrets";

/** Whatever still hangs on after this long at the end is cut off. */
const STOP_TIMEOUT_MS = 1_500;

const args = process.argv.slice(2);
const output = openOutput(logFormat(args));
const abort = new AbortController();
let running: Running | undefined;

function onEnd(): void {
  abort.abort();
  output.say("Stopping ...");
  setTimeout(() => process.exit(0), STOP_TIMEOUT_MS).unref();
  void running?.stop().then(() => process.exit(0));
}

async function onFailure(error: UserError): Promise<void> {
  output.fail(error.message);
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await running?.stop();
  process.exit(1);
}

onEndRequest(onEnd);

try {
  const config = loadConfig(configPath(args));
  const options = parseOptions(args, config, readSecrets());
  if (options === "help") console.log(HELP);
  else if (options === "version") console.log(VERSION);
  else {
    running = await run(options, config, output.log, abort.signal);
    if (abort.signal.aborted) await running.stop();
    else {
      output.say(`Nightlight is ready: ${running.url}`);
      void running.failure.then(onFailure);
    }
  }
} catch (error) {
  if (abort.signal.aborted) process.exit(0);
  output.fail(lineFor(error));
  process.exitCode = 1;
}
