import { setImmediate } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { RUNTIME_LINES } from "../../../boards/log-lines";
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { makePackage, PACKAGE_ADDRESS } from "../../../boards/wio-terminal/build/package";
import { uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { Samd51 } from "../../../boards/wio-terminal/emulator/chip/samd51";
import { buildSlice } from "../../../boards/wio-terminal/emulator/chip/slice";
import { WioTerminal } from "../../../boards/wio-terminal/emulator/chip/wio-terminal";
import { Symbols } from "../../../boards/wio-terminal/emulator/symbols";
import { readUf2 } from "../../support/uf2";
import { program } from "./programs";

const NETWORK = { ssid: "nobody's" };
/**
 * Thumb instructions: a branch to itself, and a permanently undefined instruction (ARMv7-M, A7.7.12
 * and A7.7.194).
 */
const HANG = Buffer.from([0xfe, 0xe7]);
const UNDEFINED = Buffer.from([0x00, 0xde]);

/** Runs the file for the bootloader's drive in the emulated chip. All times are chip time. */
class Running {
  readonly chip = new Samd51();
  readonly board = new WioTerminal(this.chip, NETWORK);
  log: string[] = [];

  constructor(uf2: Buffer) {
    for (const { address, data } of readUf2(uf2)) this.chip.nvm.program(address, data);
    this.board.onLog = (line) => this.log.push(line);
  }

  /** Runs the chip until the console shows the text. */
  async until(text: string, limitSeconds = 12): Promise<void> {
    const end = this.chip.clock.nowMicros + limitSeconds * 1e6;
    for (let turn = 1; !this.log.some((line) => line.includes(text)); turn += 1) {
      if (this.chip.clock.nowMicros >= end)
        throw new Error(`no "${text}" in ${limitSeconds} s; it says:\n  ${this.log.join("\n  ")}`);
      this.chip.step(end);
      if (turn % 500 === 0) await setImmediate();
    }
  }

  async forMicros(micros: number): Promise<void> {
    const end = this.chip.clock.nowMicros + micros;
    for (let turn = 1; this.chip.clock.nowMicros < end; turn += 1) {
      this.chip.step(end);
      if (turn % 500 === 0) await setImmediate();
    }
  }

  powerOn(): void {
    this.log = [];
    this.chip.powerOn();
  }
}

describe("the chip after a failure", () => {
  let running: Running;
  let elf: string;
  const start = (uf2: Buffer): void => {
    running = new Running(uf2);
    running.powerOn();
  };
  const uf2With = async (name: "button" | "trap"): Promise<Buffer> => {
    ({ elf } = await linkImage(WIO, { packed: makePackage(program(name), {}) }));
    return uf2OfElf(elf);
  };
  /** Returns the address of a function in the image. */
  const addressOf = async (name: string): Promise<number> => (await Symbols.of(elf)).address(name);

  beforeAll(async () => await buildSlice());
  afterEach(() => running.chip.close());

  it("reports after a panic why the previous run ended", async () => {
    start(await uf2With("trap"));
    await running.until(RUNTIME_LINES.resetCause + RUNTIME_LINES.powerOn);
    await running.until(RUNTIME_LINES.panic + RUNTIME_LINES.integerOverflow);
    await running.until(RUNTIME_LINES.previousRun + RUNTIME_LINES.integerOverflow);
    expect(running.log).toContain(RUNTIME_LINES.resetCause + RUNTIME_LINES.softwareReset);
    // The reason for the end of the previous run is logged once.
    const told = running.log.filter((line) => line.includes(RUNTIME_LINES.previousRun)).length;
    expect(told).toBe(1);
  });

  it("keeps the registers of a fault over the reset", async () => {
    start(await uf2With("button"));
    await running.until("buttons are watched");
    const address = await addressOf("board_light");
    running.chip.nvm.program(address, UNDEFINED);
    await running.until(RUNTIME_LINES.previousRun + RUNTIME_LINES.fault);
    await running.until(`${RUNTIME_LINES.faultStatus}0x00010000 `);
    const pc = `0x${address.toString(16).padStart(8, "0")}`;
    expect(running.log.find((line) => line.startsWith("  pc "))).toContain(`pc ${pc} `);
  });

  it("is reset by the watchdog if its loop hangs", async () => {
    start(await uf2With("button"));
    await running.until("buttons are watched");
    running.chip.nvm.program(await addressOf("board_step"), HANG);
    running.log = [];
    await running.until(RUNTIME_LINES.resetCause + RUNTIME_LINES.watchdog);
    expect(running.log.join("\n")).not.toContain(RUNTIME_LINES.previousRun);
  });

  it("reports that the coprocessor's firmware is too old", async () => {
    const settings = { WIFI_SSID: "home", WIFI_PWD: "good night" };
    ({ elf } = await linkImage(WIO, { packed: makePackage(program("button"), settings) }));
    running = new Running(uf2OfElf(elf));
    // Coprocessor firmware up to 2.1.1 used another baud rate.
    running.board.coprocessorBaud = 1_843_200;
    running.board.coprocessor.version = "2.0.9";
    running.powerOn();
    await running.until(
      `${RUNTIME_LINES.coprocessorFirmware}2.0.9${RUNTIME_LINES.firmwareTooOld}2.1.2`,
      20,
    );
  });

  it("works after a power cut at any time of a deploy", async () => {
    const first = await uf2With("button");
    start(first);
    await running.until("buttons are watched");
    const { chip } = running;
    const packed = makePackage(program("speed"), {});
    const erased = Buffer.alloc(packed.length, 0xff);
    const seen = new Set<string>();
    for (let cut = 0; cut < 10; cut += 1) {
      chip.nvm.program(PACKAGE_ADDRESS, packed);
      running.powerOn();
      await running.until("mgr: deploy");
      await running.forMicros(3_000 + cut * 17_000);
      chip.cutPower();
      // The package is erased, so it can't be deployed again. The program in storage has to run.
      chip.nvm.program(PACKAGE_ADDRESS, erased);
      running.powerOn();
      await running.until("> ");
      const [said] = running.log.filter((line) => line.startsWith("> "));
      seen.add(said?.startsWith("> speed") ? "new" : "old");
      if (seen.has("new")) break;
    }
    expect([...seen]).toEqual(["old", "new"]);
  });
});
