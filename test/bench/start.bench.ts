import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Checkout } from "../support/checkout";
import { median } from "./measurement";

const RUNS = 5;
const COLD_RUNS = 1;
/** Log lines of a start, in order. Each line ends the phase that is named beside it. */
const PHASES = [
  ["broker  Listening", "node, load, broker"],
  ["server  Connected", "history, server"],
  ["page    Listening", "page"],
  ["device  Starting", "firmware"],
  ["device  Connecting", "simulator"],
  ["Nightlight is ready", "first reading"],
] as const;
const PAGE = 2;

/** Measures how long `npm start` takes, compared with Node loading only the MQTT client. */
export default async function start(): Promise<string> {
  const checkout = new Checkout({ fresh: true });
  try {
    const cold: Run[] = [];
    for (let i = 0; i < COLD_RUNS; i++) {
      rmSync(join(checkout.dir, ".devicescript"), { recursive: true, force: true });
      cold.push(await startOnce(checkout.dir));
    }
    const warm: Run[] = [];
    for (let i = 0; i < RUNS; i++) {
      const rivalMs = await rival(checkout.dir);
      warm.push({ ...(await startOnce(checkout.dir)), rivalMs });
    }
    return report(cold, warm);
  } finally {
    checkout.remove();
  }
}

interface Run {
  /** End of each phase, ms since the start of the process. */
  atMs: number[];
  rivalMs?: number;
}

async function startOnce(cwd: string): Promise<Run> {
  const startMs = performance.now();
  const args = ["server/start.js", "--mqtt-port", "0", "--http-port", "0"];
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const atMs: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    const phase = PHASES[atMs.length];
    if (!phase || !line.startsWith(phase[0])) continue;
    atMs.push(performance.now() - startMs);
    if (atMs.length === PHASES.length) child.kill();
  }
  if (atMs.length < PHASES.length) throw new Error(`npm start ended before ${PHASES.at(-1)?.[0]}`);
  return { atMs };
}

/** Starts Node with the MQTT package that the server uses. @returns the time it took, ms */
async function rival(cwd: string): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ["-e", 'require("mqtt")'], { cwd, stdio: "inherit" });
  await new Promise((resolve) => child.on("close", resolve));
  return performance.now() - startMs;
}

function report(cold: Run[], warm: Run[]): string {
  const middle = (runs: Run[], phase: number) =>
    median(runs.map(({ atMs }) => atMs[phase] ?? NaN)) ?? NaN;
  const rivalMs = median(warm.map((run) => run.rivalMs ?? NaN)) ?? NaN;
  const shown = (ms: number) => `${Math.round(ms)} ms`.padStart(9);
  const ratio = (ms: number) => (ms / rivalMs).toFixed(1).padStart(7);
  const ready = PHASES.length - 1;
  const rows = [
    ["node that loads mqtt alone", rivalMs],
    ["page, nothing has changed", middle(warm, PAGE)],
    ["ready, nothing has changed", middle(warm, ready)],
    ["page, the first time", middle(cold, PAGE)],
    ["ready, the first time", middle(cold, ready)],
  ] as const;
  const phases = PHASES.map(([, name], i) => {
    const spent = (runs: Run[]) => middle(runs, i) - (i > 0 ? middle(runs, i - 1) : 0);
    return `${name.padEnd(28)}${shown(spent(warm))}${shown(spent(cold))}`;
  });
  return [
    `npm start: median of ${RUNS} starts, and of ${COLD_RUNS} with an empty cache`,
    `${"".padEnd(28)}${"time".padStart(9)}${"ratio".padStart(7)}`,
    ...rows.map(([name, ms]) => `${name.padEnd(28)}${shown(ms)}${ratio(ms)}`),
    "",
    `${"phase".padEnd(28)}${"warm".padStart(9)}${"cold".padStart(9)}`,
    ...phases,
  ].join("\n");
}
