import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../../../server/base/user-error";

const INSTALL = 'python3 -m pip install "esptool>=4.5,<5"';
const PYTHONS = ["python3", "python", "py"];

/**
 * The command line of an esptool that the DeviceScript CLI gets on with: it wants 4.5 at least,
 * and does not know 5, which names itself otherwise.
 * @throws UserError saying how to install it
 */
export function findEsptool(): string {
  const found = candidates().map((command) => ({ command, version: versionOf(command) }));
  const good = found.find(({ version }) => version && version >= 4005 && version < 5000);
  if (good) return good.command;
  const other = found.find(({ version }) => version !== undefined);
  throw new UserError(
    other
      ? `esptool: found a version that does not fit; install another: ${INSTALL}`
      : `esptool: not found; install it: ${INSTALL}`,
  );
}

function candidates(): string[] {
  const dirs = (process.env["PATH"] ?? "").split(delimiter);
  const scripts = dirs.map((dir) => join(dir, "esptool.py")).filter((path) => existsSync(path));
  return [...scripts, ...PYTHONS.map((python) => `${python} -m esptool`)];
}

/** 4.5 is 4005. */
function versionOf(commandLine: string): number | undefined {
  const [command = "", ...args] = commandLine.split(" ");
  const { stdout } = spawnSync(command, [...args, "version"], { encoding: "utf8" });
  const [, major, minor] = /esptool(?:\.py)? v(\d+)\.(\d+)/.exec(stdout || "") ?? [];
  return major === undefined ? undefined : 1000 * Number(major) + Number(minor);
}
