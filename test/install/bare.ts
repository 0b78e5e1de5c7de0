/**
 * Part of `.ci/run`: installs and starts a clone with nothing but Node, npm, git, a shell and
 * coreutils on the PATH, so that whatever needs a compiler or Python fails. Then the same with the
 * other versions of Node that people have.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "../../server/base/root";

const PROGRAMS = ["node", "npm", "git", "sh"];
const COREUTILS = ["basename", "cat", "cp", "dirname", "env", "ls", "mkdir", "mv", "pwd", "rm"];
const START_LIMIT_MS = 300_000;
/** Long-term support beside the one that runs this. The npm registry has their programs. */
const OTHER_NODES = ["22", "24"];

const dir = mkdtempSync(join(tmpdir(), "nightlight-bare-"));
const bin = join(dir, "bin");
mkdirSync(bin);
for (const name of [...PROGRAMS, ...COREUTILS]) symlinkSync(find(name), join(bin, name));
const checkout = join(dir, "checkout");
// What the caller's npm says of itself would reach the npm here.
const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
const env = { ...Object.fromEntries(inherited), PATH: bin };

function find(name: string): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  // npm puts packages' programs first; what is meant is the system's.
  const path = folders
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
  if (path === undefined) throw new Error(`${name} is not on the PATH`);
  return realpathSync(path);
}

function run(command: string, ...args: string[]): void {
  console.log(`$ ${command} ${args.join(" ")}`);
  execFileSync(join(bin, command), args, { cwd: checkout, env, stdio: "inherit" });
}

/** Puts another Node on the PATH. */
function useNode(version: string): void {
  const os = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${os}-${process.arch}`;
  const folder = join(dir, `node-${version}`);
  run("npm", "install", "--no-save", "--no-audit", "--prefix", folder, `${name}@${version}`);
  rmSync(join(bin, "node"));
  symlinkSync(join(folder, "node_modules", name, "bin/node"), join(bin, "node"));
  run("node", "--version");
}

/** `npm start` until it is ready, then asks npm to end; all that it started has to end, too. */
async function startAndStop(): Promise<void> {
  console.log("$ npm start");
  const args = ["start", "--", "--mqtt-port", "0", "--http-port", "0"];
  const npm = spawn(join(bin, "npm"), args, { cwd: checkout, env, detached: true });
  let output = "";
  let asked = false;
  for (const stream of [npm.stdout, npm.stderr])
    stream.on("data", (chunk: Buffer) => {
      process.stdout.write(chunk);
      output += chunk.toString();
      if (asked || !output.includes("Nightlight is ready")) return;
      asked = true;
      npm.kill("SIGTERM");
    });
  const limit = setTimeout(() => process.kill(-(npm.pid ?? 0), "SIGKILL"), START_LIMIT_MS);
  // Once nothing holds its output any longer.
  await new Promise((resolve) => npm.on("close", resolve));
  clearTimeout(limit);
  if (!output.includes("Nightlight is ready") || !output.includes("Stopping ..."))
    throw new Error("npm start was not ready, or did not end");
}

try {
  for (const name of ["gcc", "cc", "g++", "make", "python3", "python"])
    if (existsSync(join(bin, name))) throw new Error(`${name} is on the PATH`);
  execFileSync("git", ["clone", "--quiet", ROOT, checkout]);
  run("npm", "ci");
  await startAndStop();
  run("npm", "ci", "--omit=dev", "--ignore-scripts");
  await startAndStop();
  for (const version of OTHER_NODES) {
    useNode(version);
    await startAndStop();
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
