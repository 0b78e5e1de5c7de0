import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";
import type { Board } from "../../boards";
import { CLI } from "./builtins";
import { ESPTOOL } from "./esptool";

/** The CLI's folder of downloaded runtimes. The CLI uses a downloaded file for a day. */
const CACHE = join(ROOT, ".devicescript/cache");
/** First line that Node prints if a program ends by an error: a source file with a line number. */
const CRASH = /^(node:|file:|\/|[A-Z]:\\).*:\d+$/;

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
  const failure = await runCli(args);
  if (failure !== undefined) throw new UserError(`the runtime was not installed: ${failure}`);
}

/**
 * Runs the CLI.
 * @returns undefined for success, else the reason of the failure
 * @throws UserError if the CLI could not download a runtime
 */
export async function runCli(args: string[]): Promise<string | undefined> {
  const first = await attempt(args);
  if (first.code === 0) return undefined;
  const url = /fetch (https:\S+)/.exec(first.output)?.[1];
  if (url === undefined || !/fetch failed|can't fetch/.test(first.output))
    return reasonIn(first.output);
  const file = join(CACHE, basename(url));
  if (!existsSync(file)) {
    const cause = /\[cause\]: \w*Error: (.*?)( \{)?$/m.exec(first.output)?.[1];
    throw new UserError(
      `cannot download ${url}${cause === undefined ? "" : ` (${cause})`}: check the internet connection, or put a copy of the file into .devicescript/cache`,
    );
  }
  console.log("   The download failed: using the older copy");
  utimesSync(file, new Date(), new Date());
  const second = await attempt(args);
  return second.code === 0 ? undefined : reasonIn(second.output);
}

/** Runs the CLI once, and shows what it prints, except the stack of an error that ends it. */
async function attempt(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [CLI, "--ci", ...args], { cwd: ROOT });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk.toString().replaceAll(/^(?=.)/gm, "   | "));
  });
  let hasCrashed = false;
  createInterface({ input: child.stderr }).on("line", (line) => {
    output += `${line}\n`;
    hasCrashed ||= CRASH.test(line);
    if (!hasCrashed) console.log(`   | ${line}`);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/**
 * The reason of a failure: the error that ended the CLI, or else the CLI's last line. After a chip
 * mismatch, the last lines list other boards, so the reason is the line about the mismatch.
 */
function reasonIn(output: string): string {
  const lines = output
    .replaceAll(/\u001b\[\d+m/g, "")
    .trim()
    .split("\n");
  const mismatch = lines.find((line) => line.includes("Chip mismatch: "));
  const crash = lines.findIndex((line) => CRASH.test(line));
  const error = lines.slice(crash + 1).find((line) => /^\w*Error: /.test(line));
  return (
    mismatch ??
    (crash < 0 ? undefined : error?.replace(/^Error: /, "")) ??
    lines.at(-1) ??
    "no reason given"
  );
}
