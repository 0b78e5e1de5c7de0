/**
 * `npm run lint` and the other commands that run several programs, one after another. A list here
 * needs no shell, so it works on every system. If the last program takes arguments, it gets those
 * after `--`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../server/base/root";
import { onShutdownRequest } from "../../server/base/shutdown";
import { UserError } from "../../server/base/user-error";
import { command, printHelpIfAsked, readFlags } from "./command";

/** A TypeScript file of this project, or a package's program, with arguments. */
type Step = readonly [name: string, ...args: string[]];

const PREPARE: Step = ["boards/tools/prepare.ts"];
const C_LAYOUT = "boards/wio-terminal/tools/lint-c.ts";
/** Arguments for the check of imports between the project's rooms. */
const PLAN = ["--config", ".dependency-cruiser.mjs", "src", "server", "boards", "test"];
const PACKAGES = "test/harness/packages.ts";

const STEPS: Readonly<Record<string, readonly Step[]>> = {
  typecheck: [
    PREPARE,
    ["typescript/tsc", "-p", "src"],
    ["typescript/tsc", "-p", "server/page"],
    ["typescript/tsc", "-p", "server/tab"],
    ["typescript/tsc", "-p", "boards/wio-terminal/emulator/page"],
    ["typescript/tsc", "-p", "test"],
    ["typescript/tsc", "-p", "test/programs"],
    ["typescript/tsc", "-p", "test/boards/wio-terminal/programs"],
    ["typescript/tsc", "-p", "."],
  ],
  lint: [
    PREPARE,
    ["eslint/eslint", "--max-warnings", "0", "."],
    ["dependency-cruiser/depcruise", ...PLAN],
    ["prettier/prettier", "--check", "."],
    [C_LAYOUT],
  ],
  format: [
    ["prettier/prettier", "--write", "."],
    [C_LAYOUT, "--write"],
  ],
  "prepare:tests": [PREPARE, [PACKAGES]],
  "test:fast": [PREPARE, ["vitest/vitest", "run", "--project", "fast", "--coverage"]],
  test: [PREPARE, [PACKAGES], ["vitest/vitest", "run"]],
  "test:cluster": [
    [PACKAGES, "cluster"],
    ["vitest/vitest", "run", "--config", "vitest.cluster.config.ts"],
  ],
  "test:pi": [[PACKAGES, "pi"], ["test/boards/raspberry-pi/qemu/run.ts"]],
  bench: [PREPARE, [PACKAGES, "bench"], ["test/bench/run.ts"]],
  "draw:boards": [
    ["boards/tools/draw-boards.ts"],
    ["prettier/prettier", "--write", "--log-level", "warn", "docs/boards.md"],
  ],
};

/** The commands whose last program takes arguments, such as a test's file. */
const WITH_ARGUMENTS = ["typecheck", "test:fast", "test", "test:cluster", "bench"];

/**
 * Node's arguments for a step. The program's file is run directly: on Windows, its command is a
 * script.
 */
function argumentsFor([name, ...args]: Step): string[] {
  if (name.endsWith(".ts")) return ["--import", "tsx", name, ...args];
  const [packageName = "", programName = ""] = name.split("/");
  const folder = join(ROOT, "node_modules", packageName);
  if (!existsSync(folder)) throw new UserError(`${packageName} is not installed: run npm ci`);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const file = typeof bin === "string" ? bin : bin[programName];
  if (file === undefined) throw new Error(`the package ${packageName} has no ${programName}`);
  return [join(folder, file), ...args];
}

/** The usage text. The last program's own options are not part of it. */
function usageOf(name: string, steps: readonly Step[]): string {
  const lines = steps.map((step) => `  ${step.join(" ")}`);
  const isPassedOn = WITH_ARGUMENTS.includes(name);
  return `Usage: npm run ${name}${isPassedOn ? " [-- ARGUMENTS]" : ""}

Runs these programs, one after another. ${isPassedOn ? "The last one gets the arguments:" : "Takes no options."}

${lines.join("\n")}
`;
}

/**
 * Runs the steps until one fails.
 * @returns the failed step's exit code, 1 if a signal ended the step
 */
async function run(steps: readonly Step[]): Promise<number> {
  const state: { child?: ChildProcess; isEnding: boolean } = { isEnding: false };
  onShutdownRequest(() => {
    state.isEnding = true;
    state.child?.kill();
  });
  for (const step of steps) {
    const started = spawn(process.execPath, argumentsFor(step), { cwd: ROOT, stdio: "inherit" });
    state.child = started;
    const [code] = (await once(started, "close")) as [number | null];
    if (code !== 0 || state.isEnding) return code || 1;
  }
  return 0;
}

await command(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const steps = STEPS[name];
  const last = steps?.at(-1);
  if (!steps || !last)
    throw new UserError(`steps: expected one of ${Object.keys(STEPS).join(", ")}, got "${name}"`);
  const usage = usageOf(name, steps);
  if (WITH_ARGUMENTS.includes(name)) printHelpIfAsked(usage);
  else readFlags(usage, {}, args);
  process.exitCode = await run([...steps.slice(0, -1), [...last, ...args]]);
});
