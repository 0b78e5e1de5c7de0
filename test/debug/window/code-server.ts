/**
 * VS Code in the browser: code-server from npm, without the native modules that its installation
 * would build.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { until } from "../../../server/base/wait-for";
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
export function installCodeServer(): void {
  if (existsSync(join(FOLDER, "ready"))) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), '{ "private": true }');
  const vscode = join(HOME, "lib/vscode");
  npm(FOLDER, "install", "--ignore-scripts", `code-server@${VERSION}`);
  npm(vscode, "install", "--ignore-scripts", "--omit=dev");
  npm(vscode, "rebuild", ...NATIVE);
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

function npm(cwd: string, ...args: string[]): void {
  console.log(`npm ${args.join(" ")}`);
  execFileSync("npm", [...args, "--no-audit", "--no-fund"], {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}

export class CodeServer {
  private constructor(
    private readonly program: Program,
    readonly url: string,
  ) {}

  /** @param data folder for the user's settings and extensions: empty at first */
  static async start(data: string): Promise<CodeServer> {
    const port = await freePort();
    const args = ["--auth", "none", "--disable-telemetry", "--disable-update-check"];
    args.push("--bind-addr", `127.0.0.1:${port}`, "--user-data-dir", data);
    args.push("--extensions-dir", join(data, "extensions"), "--config", join(data, "config.yaml"));
    const program = new Program(process.execPath, [join(HOME, "out/node/entry.js"), ...args], {
      cwd: data,
    });
    await until("code-server listens", () => program.output.includes("listening on"));
    return new CodeServer(program, `http://127.0.0.1:${port}/`);
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}
