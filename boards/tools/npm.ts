/** npm as a Node program, which works on every system: on Windows, `npm` is a script. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../server/base/user-error";

const CLI = "node_modules/npm/bin/npm-cli.js";

/**
 * @param cwd the package's folder
 * @returns npm's output
 * @throws Error with npm's own message
 */
export async function npm(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [npmFile(), ...args], { cwd });
  return stdout;
}

function npmFile(): string {
  const folder = dirname(process.execPath);
  // Uses the npm that runs this process; otherwise the npm installed with Node, whose place differs
  // between Windows and other systems.
  const { npm_execpath: running = "" } = process.env;
  const files = [running, join(folder, CLI), join(folder, "../lib", CLI)];
  const found = files.find((file) => file.endsWith("npm-cli.js") && existsSync(file));
  if (found === undefined) throw new UserError(`npm is not installed beside ${process.execPath}`);
  return found;
}
