/** `npm run wio:figures`: how fast the translated machine is, here and on the emulated chip. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createVm } from "../../server/simulator/vm";
import { until } from "../support/until";
import { EmulatedBoard } from "../../boards/wio-terminal/emulator/qemu-board";
import { compilePrograms, program } from "../boards/wio-terminal/programs";
import { HOST, QEMU } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { makePackage } from "../../boards/wio-terminal/build/package";

/** Milliseconds by kind of work, as the program `speed` prints them. */
type Times = Map<string, number>;

const ROUNDS: Readonly<Record<string, number>> = {
  integers: 20 * 5000,
  doubles: 20 * 5000,
  objects: 20 * 300,
};

/** QEMU's `-icount shift=3`: an instruction takes 8 ns, about a Cortex-M4's 120 MHz. */
const NANOSECONDS_PER_INSTRUCTION = 8;

function readTimes(log: readonly string[]): Times {
  const found = log
    .map((line) => /speed (\w+) (\d+) ms/.exec(line))
    .filter((match) => match !== null);
  return new Map(found.map(([, name, ms]) => [name ?? "", Number(ms)]));
}

async function inNode(bytecode: Uint8Array): Promise<Times> {
  const log: string[] = [];
  const vm = await createVm();
  vm.dmesg = (line) => log.push(line);
  vm.log = vm.error = vm.panicHandler = vm.deployHandler = vm.sendPacket = () => undefined;
  vm.flashLoad = vm.flashSave = null;
  vm.devsSetDeviceId("0102030405060708");
  vm.devsStart();
  vm.devsDeploy(bytecode);
  await until("the program ends", () => log.some((line) => line.includes("speed end")), 60_000);
  vm.devsStop();
  return readTimes(log);
}

async function native(packed: Uint8Array): Promise<Times> {
  const { elf } = await linkImage(HOST);
  const dir = mkdtempSync(join(tmpdir(), "nightlight-figures-"));
  try {
    const file = join(dir, "package.bin");
    writeFileSync(file, packed);
    const { stdout } = await promisify(execFile)(elf, [file]);
    return readTimes(stdout.split("\n"));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function emulated(packed: Uint8Array): Promise<Times> {
  const { elf } = await linkImage(QEMU);
  const board = await EmulatedBoard.start({ elf, packed, args: ["-icount", "shift=3,sleep=off"] });
  await board.logged("speed end", { ms: 120_000 });
  await board.stop();
  return readTimes(board.log);
}

await compilePrograms();
const bytecode = program("speed");
const packed = makePackage(bytecode, {});
const RUNS = 7;
const [inNodeRuns, nativeRuns]: [Times[], Times[]] = [[], []];
for (let run = 0; run < RUNS; run++) {
  // By turns, so that a busy machine is busy for both.
  inNodeRuns.push(await inNode(bytecode));
  nativeRuns.push(await native(packed));
}
const board = await emulated(packed);

/** Between the rounds the program waits; what that takes is measured, too, and taken off. */
function workOf(times: Times, kind: string): number {
  return (times.get(kind) ?? NaN) - (times.get("waiting") ?? NaN);
}

function median(runs: readonly Times[], kind: string): number {
  const sorted = runs.map((times) => workOf(times, kind)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

for (const [kind, rounds] of Object.entries(ROUNDS)) {
  const [node, host] = [median(inNodeRuns, kind), median(nativeRuns, kind)];
  const emulatedMs = workOf(board, kind);
  const instructions = Math.round((emulatedMs * 1e6) / NANOSECONDS_PER_INSTRUCTION / rounds);
  console.log(
    `${kind.padEnd(9)} CLI under Node ${node} ms, native here ${host} ms ` +
      `(${(node / host).toFixed(1)} times as fast, medians of ${RUNS}), ` +
      `Cortex-M4 ${emulatedMs} ms emulated = ${instructions} instructions a round`,
  );
}
