import { afterEach, describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import { QEMU } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage } from "../../../boards/wio-terminal/build/package";
import { QemuBoard } from "../../../boards/wio-terminal/emulator/qemu-board";
import { program } from "./programs";

let board: QemuBoard | undefined;
afterEach(async () => {
  await board?.stop();
  board = undefined;
});

async function startAll(): Promise<QemuBoard> {
  const { elf } = await linkImage(QEMU);
  board = await QemuBoard.start({ elf, packed: makePackage(program("all"), {}) });
  return board;
}

/** Reads "used/size", as measured by the board on its painted memory. */
async function used(running: QemuBoard, name: string): Promise<[number, number]> {
  const line = await running.untilLogged(name);
  const found = new RegExp(`${name}(\\d+)/(\\d+)`).exec(line);
  return [Number(found?.[1]), Number(found?.[2])];
}

describe("memory on the board", () => {
  it("is enough for the whole language, with room to spare", async () => {
    const running = await startAll();
    await running.untilLogged("> case end");
    running.say("status");
    const [mainUsed, mainSize] = await used(running, RUNTIME_LINES.mainStack);
    expect(mainUsed).toBeGreaterThan(0);
    expect(mainUsed).toBeLessThan(mainSize * 0.75);
    const [vmUsed, vmSize] = await used(running, RUNTIME_LINES.vmStack);
    expect(vmUsed).toBeGreaterThan(0);
    expect(vmUsed).toBeLessThan(vmSize * 0.75);
    const [heapUsed, heapSize] = await used(running, RUNTIME_LINES.vmHeap);
    // The garbage-collected heap alone is 64 KB.
    expect(heapUsed).toBeGreaterThan(64 * 1024);
    expect(heapUsed).toBeLessThan(heapSize * 0.85);
  });

  it.each([
    ["main", RUNTIME_LINES.mainStackOverflow],
    ["vm", RUNTIME_LINES.vmStackOverflow],
  ])("reports an overflow of the stack of %s, and restarts", async (stack, message) => {
    const running = await startAll();
    await running.untilLogged(RUNTIME_LINES.banner);
    const from = running.log.length;
    running.say(`overflow ${stack}`);
    await running.untilLogged(RUNTIME_LINES.panic + message, { from });
    await running.untilLogged(RUNTIME_LINES.banner, { from });
    await running.untilLogged(RUNTIME_LINES.previousRun + message, { from });
  });

  it("keeps its program over a restart, and writes it only once", async () => {
    const { elf } = await linkImage(QEMU);
    board = await QemuBoard.start({ elf, packed: makePackage(program("trap"), {}) });
    await board.untilLogged("mgr: deploy");
    const panic = await board.untilLogged(RUNTIME_LINES.panic + RUNTIME_LINES.integerOverflow);
    const from = board.log.indexOf(panic);
    await board.untilLogged("> before the trap", { from });
    const secondRun = board.log.slice(from);
    expect(secondRun).toContain(RUNTIME_LINES.banner);
    expect(secondRun.some((line) => line.includes("mgr: deploy"))).toBe(false);
    expect(secondRun.some((line) => line.includes(RUNTIME_LINES.formatting))).toBe(false);
  });

  it("runs without a program", async () => {
    const { elf } = await linkImage(QEMU);
    board = await QemuBoard.start({ elf });
    await board.untilLogged(RUNTIME_LINES.noProgram);
    await board.untilLogged("self-device:");
  });
});
