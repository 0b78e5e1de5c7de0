/**
 * Part of `.ci/run`: installs and starts a clone with only Node, npm, git, a shell and coreutils on
 * the PATH, so that any step that needs a compiler or Python fails. Then repeats the start with the
 * other supported versions of Node.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { ROOT } from "../../server/base/root";

const PROGRAMS = ["node", "npm", "git", "sh"];
const COREUTILS = ["basename", "cat", "cp", "dirname", "env", "ls", "mkdir", "mv", "pwd", "rm"];
const START_LIMIT_MS = 300_000;
/**
 * Versions of Node with long-term support, besides the running one. The npm registry has their
 * programs.
 */
const OTHER_NODES = ["22", "24"];

const dir = mkdtempSync(join(tmpdir(), "nightlight-bare-"));
const bin = join(dir, "bin");
mkdirSync(bin);
for (const name of [...PROGRAMS, ...COREUTILS]) symlinkSync(find(name), join(bin, name));
const checkout = join(dir, "checkout");
// Leaves out the npm variables of the calling npm, because they would affect the npm that is
// started here.
const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
const env = { ...Object.fromEntries(inherited), PATH: bin };

function find(name: string): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  // npm puts programs from node_modules first on the PATH, but the system's programs are needed
  // here.
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

/** Puts another version of Node on the PATH. */
function useNode(version: string): void {
  const os = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${os}-${process.arch}`;
  const folder = join(dir, `node-${version}`);
  run("npm", "install", "--no-save", "--no-audit", "--prefix", folder, `${name}@${version}`);
  rmSync(join(bin, "node"));
  symlinkSync(join(folder, "node_modules", name, "bin/node"), join(bin, "node"));
  run("node", "--version");
}

/**
 * Runs `npm start` until it is ready, then stops npm. All processes that npm started must end, too.
 */
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
  // The event "close" comes once no process holds the output any more.
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
