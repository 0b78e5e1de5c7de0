/**
 * `npm run devtools`: starts the DeviceScript CLI's development server and dashboard, and the
 * firmware in the CLI's simulator.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { ROOT } from "../../server/base/root";
import { onShutdownRequest } from "../../server/base/shutdown";
import { UserError } from "../../server/base/user-error";
import { loadConfig } from "../../server/setup/config";
import { command, readFlags } from "./command";
import { CLI } from "./firmware/builtins";
import { writeFirmwareConfig } from "./firmware/configure";

/** The CLI's exit code if its ports are in use. */
const EXIT_PORTS_TAKEN = 100;
/** Text in the server's last line about the ports that it listens on. */
const READY = "dbgserver";

const USAGE = `Usage: npm run devtools

Runs DeviceScript's dashboard, and the firmware in its simulator. Takes no options.
`;

await command(async () => {
  readFlags(USAGE, {});
  writeFirmwareConfig(loadConfig());
  const children: ChildProcess[] = [];
  const stop = () => {
    for (const child of children) child.kill();
  };
  onShutdownRequest(stop);

  const server = devicescript("devtools");
  children.push(server);
  const ended = new Promise<number | null>((resolve) => server.once("close", resolve));
  server.stdout?.on("data", (chunk: Buffer) => {
    if (children.length > 1 || !chunk.toString().includes(READY)) return;
    console.log("Broker, page, light sensor and lamp: npm run start:vscode");
    console.log("Dashboard: http://localhost:8081 (loaded from the internet)");
    children.push(devicescript("run", "src/main.ts"));
  });
  const code = await ended;
  stop();
  if (code === EXIT_PORTS_TAKEN)
    throw new UserError("ports 8081 to 8083 are in use: by VS Code, or another `npm run devtools`");
});

function devicescript(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [CLI, "--ci", ...args], { cwd: ROOT });
  child.stdout.pipe(process.stdout);
  child.stderr.pipe(process.stderr);
  return child;
}
