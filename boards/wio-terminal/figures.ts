/** `npm run wio:figures`: how fast the translated machine is, here and on the emulated chip. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createVm } from "../../server/simulator/vm";
import { until } from "../../test/support/until";
import { EmulatedBoard } from "../../test/wio/emulated-board";
import { program } from "../../test/wio/programs";
import { HOST, QEMU } from "./build/compile";
import { linkImage } from "./build/image";
import { makePackage } from "./build/package";

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

const bytecode = await program("speed");
const packed = makePackage(bytecode, {});
const [node, host, board] = [await inNode(bytecode), await native(packed), await emulated(packed)];
for (const [kind, rounds] of Object.entries(ROUNDS)) {
  // Between the rounds the program waits; what that takes is measured, too.
  const of = (times: Times): number => (times.get(kind) ?? NaN) - (times.get("waiting") ?? NaN);
  const instructions = Math.round((of(board) * 1e6) / NANOSECONDS_PER_INSTRUCTION / rounds);
  console.log(
    `${kind.padEnd(9)} CLI under Node ${of(node)} ms, native here ${of(host)} ms ` +
      `(${(of(node) / of(host)).toFixed(2)} times as fast), ` +
      `Cortex-M4 ${of(board)} ms emulated = ${instructions} instructions a round`,
  );
}
