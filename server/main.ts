import { openOutput } from "./base/log";
import { onShutdownRequest } from "./base/shutdown";
import { lineFor, type UserError } from "./base/user-error";
import { VERSION } from "./base/version";
import { qrCode } from "./http/index";
import { run, type RunningServer } from "./run";
import { loadConfig } from "./setup/config";
import { configPath, HELP, logFormat, parseOptions } from "./setup/options";
import { readSecrets } from "./setup/secrets";
import { ignoredSettings, readSettings } from "./setup/settings";

/** The process ends after this time, even if something is still open, ms. */
const STOP_TIMEOUT_MS = 1_500;

const args = process.argv.slice(2);
const output = openOutput(logFormat(args));
let running: RunningServer | undefined;
const ending = new AbortController();

function onEnd(): void {
  output.say("Stopping ...");
  void end(0);
}

async function onFailure(error: UserError): Promise<void> {
  output.fail(error.message);
  await end(1);
}

async function end(code: number): Promise<void> {
  ending.abort();
  setTimeout(() => process.exit(code), STOP_TIMEOUT_MS).unref();
  if (!running) return;
  await running.stop();
  process.exit(code);
}

onShutdownRequest(onEnd);

try {
  const config = loadConfig(configPath(args));
  const options = parseOptions(args, config, readSecrets());
  if (options === "help") console.log(HELP);
  else if (options === "version") console.log(VERSION);
  else {
    const note = ignoredSettings(readSettings(), options);
    if (note !== undefined) output.say(note);
    running = await run(options, config, output.log);
    if (ending.signal.aborted) await end(0);
    void running.failure.then(onFailure);
    await running.ready;
    output.say(`Nightlight is ready: ${running.url}`);
    for (const url of running.joinUrls) {
      output.say(`The class joins at ${url}`);
      // The QR code is for the projector; a program that reads the log has no use for it.
      if (logFormat(args) === "text") output.say(qrCode(url));
    }
  }
} catch (error) {
  if (!ending.signal.aborted) {
    output.fail(lineFor(error));
    await end(1);
    process.exitCode = 1;
  } else if (!running) process.exit(0);
}
