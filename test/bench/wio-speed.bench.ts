import { QEMU } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { makePackage } from "../../boards/wio-terminal/build/package";
import { QemuBoard } from "../../boards/wio-terminal/emulator/qemu-board";
import { compilePrograms, program } from "../boards/wio-terminal/programs";

/** Number of rounds of each loop in test/boards/wio-terminal/programs/speed.ts. */
const ROUNDS = { integers: 20 * 5000, doubles: 20 * 5000, objects: 20 * 300 } as const;

/**
 * Instructions per round before `runtime/vm_quick.c` existed, when all of the virtual machine was
 * translated and compiled for size.
 */
const TRANSLATED = { integers: 2588, doubles: 2966, objects: 33_688 } as const;

/** QEMU's `-icount shift=3`: each instruction takes 8 ns of emulated time. */
const NANOSECONDS_PER_INSTRUCTION = 8;

/**
 * Measures the instructions per round of three loops in the virtual machine on a Cortex-M4.
 * Instructions are counted, so the result is exact.
 */
export default async function wioSpeed(): Promise<string> {
  await compilePrograms();
  const { elf } = await linkImage(QEMU);
  const packed = makePackage(program("speed"), {});
  const board = await QemuBoard.start({ elf, packed, args: ["-icount", "shift=3,sleep=off"] });
  await board.untilLogged("speed end", { ms: 120_000 });
  await board.stop();
  const ms = (kind: string): number => {
    const line = board.log.find((text) => text.includes(`speed ${kind} `)) ?? "";
    return Number(/ (\d+) ms$/.exec(line)?.[1]);
  };
  // The program waits between the rounds. That time is measured separately and subtracted.
  const lines = (["integers", "doubles", "objects"] as const).map((kind) => {
    const time = (ms(kind) - ms("waiting")) * 1e6;
    const instructions = Math.round(time / NANOSECONDS_PER_INSTRUCTION / ROUNDS[kind]);
    const share = Math.round((100 * instructions) / TRANSLATED[kind]);
    return `  ${kind.padEnd(9)} ${String(instructions).padStart(6)}, ${share} % of ${TRANSLATED[kind]}`;
  });
  return ["Wio Terminal: instructions per round of each loop", ...lines].join("\n");
}
