import { afterEach, describe, expect, it, vi } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import { QEMU } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import type { Vm } from "../../../server/base/vm";
import { createVm } from "../../../server/simulator/vm";
import { program, type ProgramName } from "./programs";

/**
 * Makes programs with competing timers end the same way on a busy machine, too: the board's time
 * advances with its instructions, and the CLI's virtual machine gets its milliseconds one by one.
 */
const COUNTED_TIME = ["-icount", "shift=3,sleep=off"];
/** Time limit of a program, more than any of the programs needs. */
const TIME_MS = 60_000;

let board: QemuBoard | undefined;
let vm: Vm | undefined;
afterEach(async () => {
  await board?.stop();
  vm?.devsStop();
  vi.useRealTimers();
  board = vm = undefined;
});

/**
 * Returns the output of the program itself (`> ` lines, exceptions and panics), without messages of
 * the runtime.
 */
function said(log: readonly string[]): string[] {
  return log.filter((line) =>
    ["> ", "! ", RUNTIME_LINES.programPanic].some((start) => line.startsWith(start)),
  );
}

async function onBoard(name: ProgramName, end: RegExp, gcStress = false): Promise<string[]> {
  const { elf } = await linkImage(QEMU);
  const packed = makePackage(program(name), {}, { gcStress });
  board = await QemuBoard.start({ elf, packed, args: COUNTED_TIME });
  await board.untilLogged(end);
  return said(board.log);
}

async function inCli(name: ProgramName, end: RegExp, gcStress = false): Promise<string[]> {
  const log: string[] = [];
  vi.useFakeTimers({
    toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"],
  });
  vm = await createVm();
  vm.dmesg = (line) => log.push(line);
  vm.panicHandler = (code) => {
    if (code) log.push(`${RUNTIME_LINES.programPanic}${code}`);
  };
  vm.log = vm.deployHandler = vm.sendPacket = () => undefined;
  vm.error = (error) => log.push(`machine died: ${String(error)}`);
  vm.flashLoad = vm.flashSave = null;
  vm.devsSetDeviceId("0102030405060708");
  vm.devsGcStress(gcStress);
  vm.devsStart();
  expect(vm.devsDeploy(program(name))).toBe(0);
  const hasEnded = () => log.some((line) => end.test(line));
  for (let ms = 0; ms < TIME_MS && !hasEnded(); ms++) await vi.advanceTimersByTimeAsync(1);
  vi.useRealTimers();
  expect(hasEnded(), `"${end.source}" from the CLI's machine`).toBe(true);
  return said(log);
}

describe("the language on the board", () => {
  it("gives the same output in every case as the CLI's virtual machine", async () => {
    const end = /^> case end/;
    const expected = await inCli("all", end);
    expect(expected.length).toBeGreaterThan(2500);
    expect(await onBoard("all", end)).toEqual(expected);
  });

  it.each([
    ["too-deep", 60006],
    ["out-of-memory", 60004],
  ] as const)("panics like the CLI's virtual machine: %s", async (name, code) => {
    const end = new RegExp(`^${RUNTIME_LINES.programPanic}${code}`);
    const expected = await inCli(name, end);
    expect(await onBoard(name, end)).toEqual(expected);
  });

  it("restarts if the CLI's virtual machine ends with a trap", async () => {
    const end = new RegExp(`^${RUNTIME_LINES.panic}${RUNTIME_LINES.integerOverflow}$`);
    expect(await onBoard("trap", end)).toEqual(["> before the trap"]);
    await board?.untilLogged(RUNTIME_LINES.banner, { from: board.log.length });
  });

  it("survives a garbage collection at each allocation", async () => {
    const end = /^> case end/;
    const expected = await inCli("garbage", end, true);
    expect(await onBoard("garbage", end, true)).toEqual(expected);
  });
});
