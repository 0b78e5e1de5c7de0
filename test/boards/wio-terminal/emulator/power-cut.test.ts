import { describe, expect, it } from "vitest";
import { PROGRAM_LINES } from "../../../../boards/log-lines";
import { uf2OfElf } from "../../../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../../../boards/wio-terminal/emulator/chip/bootloader";
import { Samd51 } from "../../../../boards/wio-terminal/emulator/chip/samd51";
import { WioTerminal } from "../../../../boards/wio-terminal/emulator/chip/wio-terminal";
import { nightlightElf } from "../../../../boards/wio-terminal/emulator/emulated-board";
import { HOME } from "../../../../boards/wio-terminal/emulator/nightlight-board";
import { seededRandom } from "../../../support/random";

const NOWHERE = "mqtt://127.0.0.1:1";
/** Time within which a first boot stores its settings and program. */
const STORING_MICROS = 1_500_000;
/** Maximum number of erases and writes before the power is cut. */
const ORDERS_MAX = 400;
const CUTS = 10;
const STARTED_WITHIN_MICROS = 10_000_000;

/** Runs the chip for `micros`, or until the condition holds, without peripherals or network. */
function pass(chip: Samd51, micros: number, until: () => boolean = () => false): void {
  const end = chip.clock.nowMicros + micros;
  while (chip.clock.nowMicros < end && !until()) chip.step(end);
}

/**
 * Runs the chip to a moment in the middle of an erase or a write. @returns false if there was none
 */
function passUntilBusy(chip: Samd51, random: () => number): boolean {
  const { nvm } = chip;
  // Early moments are more likely, so that some data is left to be stored.
  const orders = nvm.erases + nvm.writes + 1 + Math.floor(random() ** 3 * ORDERS_MAX);
  pass(chip, STORING_MICROS, () => nvm.busy && nvm.erases + nvm.writes >= orders);
  return nvm.busy;
}

function bootAs(wio: WioTerminal, id: string): void {
  const from = wio.log.length;
  const says = `> ${PROGRAM_LINES.connecting}${NOWHERE} as ${id}`;
  const started = (): boolean => wio.log.slice(from).some((line) => line.startsWith(says));
  pass(wio.chip, STARTED_WITHIN_MICROS, started);
  expect(started(), wio.log.slice(from).join("\n")).toBe(true);
}

describe("a power cut at any moment", () => {
  it("leaves a board that starts with its whole program and all settings", async () => {
    const random = seededRandom(7);
    const chip = new Samd51({ seed: 77 });
    const wio = new WioTerminal(chip, HOME);
    writeUf2(uf2OfElf(await nightlightElf("first", NOWHERE)), chip.nvm);
    chip.powerOn();
    let cutWhileBusy = 0;
    for (let cut = 0; cut < CUTS; cut++) {
      cutWhileBusy += passUntilBusy(chip, random) ? 1 : 0;
      wio.cyclePower();
    }
    bootAs(wio, "first");
    // If a cut did not interrupt an erase or a write, the test would prove nothing.
    expect(cutWhileBusy).toBe(CUTS);
    chip.close();
  });
});
