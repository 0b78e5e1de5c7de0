import { afterEach, describe, expect, it } from "vitest";
import { run } from "../../../boards/wio-terminal/build/tools";
import { FlashedBoard, nightlightElf } from "./flashed-board";
import { RESET_CAUSE } from "./supply";

const NOWHERE = "mqtt://127.0.0.1:1";
/** `b .` */
const BRANCH_TO_ITSELF = Uint8Array.of(0xfe, 0xe7);

let board: FlashedBoard | undefined;
afterEach(async () => {
  const running = board;
  board = undefined;
  await running?.stop();
});

/** Where a function begins. */
async function addressOf(elf: string, name: string): Promise<number> {
  const symbols = await run("arm-none-eabi-nm", [elf]);
  const found = new RegExp(`^([0-9a-f]+) T ${name}$`, "m").exec(symbols);
  if (!found) throw new Error(`${name} is not in ${elf}`);
  return parseInt(found[1] ?? "", 16);
}

describe("the watchdog", { timeout: 180_000 }, () => {
  it("starts a board again whose loop hangs, and the board says so", async () => {
    const id = "hung";
    const address = await addressOf(await nightlightElf(id, NOWHERE), "board_step");
    board = await FlashedBoard.start({ id, broker: NOWHERE, pace: { speed: Infinity } });
    const { chip, wio, resets } = board;
    await board.logged("> Connecting", 0, 60_000);
    expect(resets).toEqual([RESET_CAUSE.powerOn]);

    const before = chip.nvm.contents(address, address + 2);
    const from = wio.log.length;
    chip.nvm.program(address, BRANCH_TO_ITSELF);
    await board.until("the watchdog bites", () => resets.length > 1, 120_000);
    expect(resets).toEqual([RESET_CAUSE.powerOn, RESET_CAUSE.watchdog]);
    chip.nvm.program(address, before);
    await board.logged("reset by: watchdog", from, 60_000);
    await board.logged("> Connecting", from, 60_000);
  });
});
