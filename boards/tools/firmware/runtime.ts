import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";
import type { Board } from "../../boards";
import { CLI } from "./builtins";
import { ESPTOOL } from "./esptool";

/** The CLI's folder of downloaded runtimes. The CLI uses a downloaded file for a day. */
const CACHE = join(ROOT, ".devicescript/cache");

/**
 * Writes DeviceScript's runtime, with this board's pins, to the board.
 * @param port undefined if the board appears as a drive at the moment (RP2040)
 * @param esptool a command line that replaces this project's esptool
 * @throws UserError if the download is missing, or the board refuses
 */
export async function installRuntime(
  board: Board,
  port: string | undefined,
  esptool = ESPTOOL,
): Promise<void> {
  const args = ["flash", "--board", board.module, "--once"];
  if (board.family === "rp2040w") args.push("rp2040");
  else args.push("esp32", "--esptool", esptool, "--all-serial", "--port", port ?? "");
  console.log(`   If it does not start: ${board.bootLoader}`);
  const output = await runCli(args);
  if (output !== undefined)
    throw new UserError(`the runtime was not installed: ${reasonIn(output)}`);
}

/**
 * Runs the CLI.
 * @returns undefined for success, else the CLI's whole output
 * @throws UserError if the CLI could not download a runtime
 */
export async function runCli(args: string[]): Promise<string | undefined> {
  const first = await attempt(args);
  if (first.code === 0) return undefined;
  const url = /fetch (https:\S+)/.exec(first.output)?.[1];
  if (url === undefined || !/fetch failed|can't fetch/.test(first.output)) return first.output;
  const file = join(CACHE, basename(url));
  if (!existsSync(file))
    throw new UserError(
      `cannot download ${url}; to flash without it, put a copy into .devicescript/cache`,
    );
  console.log("   The download failed: using the older copy");
  utimesSync(file, new Date(), new Date());
  const second = await attempt(args);
  return second.code === 0 ? undefined : second.output;
}

async function attempt(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [CLI, "--ci", ...args], { cwd: ROOT });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk.toString().replaceAll(/^(?=.)/gm, "   | "));
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/**
 * The reason of a failure: the CLI's last line. After a chip mismatch, the CLI's last lines list
 * other boards, so the reason is then the line about the mismatch.
 */
function reasonIn(output: string): string {
  const lines = output
    .replaceAll(/\u001b\[\d+m/g, "")
    .trim()
    .split("\n");
  const mismatch = lines.find((line) => line.includes("Chip mismatch: "));
  return mismatch ?? lines.at(-1) ?? "no reason given";
}
