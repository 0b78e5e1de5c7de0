import { setTimeout as sleep } from "node:timers/promises";
import type { Qos } from "../load/packets";
import { type Contender, startContenders } from "./decider/contenders";
import { Load } from "./decider/load";
import { memoryReport } from "./decider/memory";
import { nagleReport } from "./decider/nagle";
import { type Figures, figuresTable } from "./decider/table";
import { targetsTable } from "./decider/targets";
import { cpuMs } from "./decider/usage";

const DEVICES = 100;
/** Number of measured rounds, after one warm-up round for compilers and caches. */
const ROUNDS = 4;
const WARM_UP_MS = 1_000;
const CLOSED_LOOP_MS = 2_500;
const OPEN_LOOP_PER_S = 2_000;
const OPEN_LOOP_MS = 2_000;

/**
 * Compares this server's decisions with those of programs that do nothing else; see
 * docs/performance.md.
 */
export default async function decider(): Promise<string> {
  const contenders: Contender[] = [];
  const results: Figures[] = [];
  try {
    await startContenders(contenders);
    const runs: { contender: Contender; qos: Qos; load: Load }[] = [];
    for (const contender of contenders)
      for (const qos of [0, 1] as const) {
        const options = { ...contender.devices, port: contender.port, qos };
        runs.push({ contender, qos, load: await Load.start(DEVICES, options) });
      }
    // The contenders take turns within each round, so that other load on the machine affects all of
    // them.
    for (let round = 0; round <= ROUNDS; round++) {
      console.error(round === 0 ? "  warming up" : `  round ${round} of ${ROUNDS}`);
      for (const { contender, qos, load } of runs) {
        const figures = { name: contender.name, qos, ...(await measure(contender, load)) };
        if (round > 0) results.push(figures);
      }
    }
    for (const { load } of runs) load.stop();
  } finally {
    for (const contender of contenders) await contender.stop();
  }
  console.log(`\n${figuresTable(results)}\n\n${targetsTable(results)}`);
  console.error("  commands at QoS 1 on both configurations of Mosquitto");
  const nagle = await nagleReport();
  console.error("  memory");
  return `${nagle}\n\n${await memoryReport()}`;
}

async function measure(
  { pids, deciderPid }: Contender,
  load: Load,
): Promise<Omit<Figures, "name" | "qos">> {
  load.startLoop();
  await sleep(WARM_UP_MS);
  const before = { nowMs: performance.now(), decided: load.decided };
  const systemMs = cpuMs(...pids);
  const deciderMs = deciderPid === undefined ? undefined : cpuMs(deciderPid);
  await sleep(CLOSED_LOOP_MS);
  const decided = load.decided - before.decided;
  const durationMs = performance.now() - before.nowMs;
  const us = (spentMs: number) => (spentMs * 1000) / decided;
  const system = us(cpuMs(...pids) - systemMs);
  const decider =
    deciderMs === undefined || deciderPid === undefined
      ? undefined
      : us(cpuMs(deciderPid) - deciderMs);
  load.stopLoop();
  await load.untilDrained();
  const latenciesMs = await load.openLoop(OPEN_LOOP_PER_S, OPEN_LOOP_MS);
  const quantile = (share: number) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? NaN;
  return {
    perSecond: (decided * 1000) / durationMs,
    deciderUs: decider,
    systemUs: system,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}
