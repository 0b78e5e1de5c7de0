/**
 * VS Code in the browser: code-server from npm, without the native modules that its installation
 * would build.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";
import { freePort } from "../../support/free-port";
import { Program } from "../../support/program";

/** VS Code 1.100, the newest version that runs on Node 20. */
const VERSION = "4.100.3";
export const FOLDER = join(ROOT, ".devicescript/code-server");
const HOME = join(FOLDER, "node_modules/code-server");
/** Native modules without which VS Code does not start. The npm package has only their sources. */
const NATIVE = ["node-pty", "@vscode/spdlog", "@vscode/windows-process-tree", "native-watchdog"];

/**
 * Installs code-server, if it is not installed yet. The installation takes minutes, 600 MB, a C++
 * compiler and Python.
 */
export async function installCodeServer(): Promise<void> {
  if (existsSync(join(FOLDER, "ready"))) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), '{ "private": true }');
  const vscode = join(HOME, "lib/vscode");
  await npm(FOLDER, "install", "--ignore-scripts", `code-server@${VERSION}`);
  await npm(vscode, "install", "--ignore-scripts", "--omit=dev");
  await npm(vscode, "rebuild", ...NATIVE);
  // code-server needs this module only to hash a password, and this server has no password.
  writeFileSync(join(FOLDER, "node_modules/argon2/argon2.js"), "module.exports = {};\n");
  // The TypeScript extension expects a compiler in the folder of the extensions.
  mkdirSync(join(vscode, "extensions/node_modules"), { recursive: true });
  symlinkSync(
    join(ROOT, "node_modules/typescript"),
    join(vscode, "extensions/node_modules/typescript"),
  );
  writeFileSync(join(FOLDER, "ready"), VERSION);
}

async function npm(cwd: string, ...args: string[]): Promise<void> {
  console.log(`npm ${args.join(" ")}`);
  const program = start("npm", [...args, "--no-audit", "--no-fund"], cwd);
  const { code, stderr } = await program.end;
  if (code !== 0) throw new UserError(`npm ${args.join(" ")}: failed\n${stderr.trimEnd()}`);
}

/** Starts a program that ends with this process, however this process ends. */
function start(command: string, args: string[], cwd: string): Program {
  const program = new Program(command, args, { cwd });
  // First of all handlers, because others remove folders that the program uses.
  process.prependOnceListener("exit", () => void program.stop());
  return program;
}

/**
 * Starts code-server.
 * @param data folder for the user's settings and extensions: empty at first
 * @returns its address
 */
export async function startCodeServer(data: string): Promise<string> {
  const port = await freePort();
  const args = ["--auth", "none", "--disable-telemetry", "--disable-update-check"];
  args.push("--bind-addr", `127.0.0.1:${port}`, "--user-data-dir", data);
  args.push("--extensions-dir", join(data, "extensions"), "--config", join(data, "config.yaml"));
  const program = start(process.execPath, [join(HOME, "out/node/entry.js"), ...args], data);
  await program.untilPrinted("listening on");
  return `http://127.0.0.1:${port}/`;
}
