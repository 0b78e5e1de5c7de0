/** The image in the emulated chip, with a computer at its USB socket. */
import { readFileSync } from "node:fs";
import { setImmediate, setTimeout } from "node:timers/promises";
import { WIO } from "../../boards/wio-terminal/build/compile";
import { linkImage } from "../../boards/wio-terminal/build/image";
import { loadableBytes } from "../../boards/wio-terminal/build/uf2";
import { buildSlice } from "../../boards/wio-terminal/emulator/build";
import { until } from "../support/until";
import { Samd51 } from "./chip/samd51";
import { UsbHost } from "./chip/usb-host";
import { WioTerminal } from "./chip/wio-terminal";
import type { SerialLine } from "./line-bus";
import { HOME } from "./nightlight-board";

/** What the emulation does before others get their turn. */
const TURN_MICROS = 2_000;

export class UsbBoard implements SerialLine {
  readonly chip = new Samd51();
  readonly board = new WioTerminal(this.chip, HOME);
  readonly host = new UsbHost(this.board.usb, this.chip.clock);
  /** All that came by USB. */
  said = Buffer.alloc(0);
  onData: (bytes: Buffer) => void = () => undefined;
  /** How often it was enumerated. */
  plugs = 0;
  /** What ended the emulation, if anything has. */
  failure: unknown;
  private isStopped = false;
  private ended: Promise<void> = Promise.resolve();

  /** @param packed what `makePackage` made */
  static async start(packed?: Uint8Array): Promise<UsbBoard> {
    await buildSlice();
    const { elf } = await linkImage(WIO, packed ? { packed } : {});
    const board = new UsbBoard();
    for (const { address, bytes } of loadableBytes(readFileSync(elf)))
      board.chip.flash.set(bytes, address);
    board.host.onData = (bytes) => {
      board.said = Buffer.concat([board.said, bytes]);
      board.onData(bytes);
    };
    board.board.usb.onAttach = (attached) => {
      if (attached) void board.plugIn();
    };
    board.chip.powerOn();
    board.ended = board.run();
    return board;
  }

  write(bytes: Uint8Array): void {
    this.host.write(bytes);
  }

  /** The console's text, on the UART of the header. */
  get log(): string[] {
    return this.board.log;
  }

  async logged(text: string, from = 0): Promise<void> {
    try {
      await this.until(`"${text}" on the console`, () =>
        this.log.slice(from).some((line) => line.includes(text)),
      );
    } catch (error) {
      const tail = this.log.slice(-30).join("\n  ");
      throw new Error(`${(error as Error).message}; it ends:\n  ${tail}`, { cause: error });
    }
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    await until(what, () => {
      if (this.failure) throw this.failure as Error;
      return holds();
    });
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.ended;
    this.host.unplug();
    this.chip.close();
  }

  private async plugIn(): Promise<void> {
    try {
      await this.host.enumerate();
      await this.host.open();
      this.plugs++;
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** As fast as the chip at most, so that both ends of a conversation have the same patience. */
  private async run(): Promise<void> {
    const { clock } = this.chip;
    const startedMs = performance.now();
    try {
      while (!this.isStopped) {
        const end = clock.nowMicros + TURN_MICROS;
        while (clock.nowMicros < end) this.chip.step(end);
        const aheadMs = clock.nowMicros / 1000 - (performance.now() - startedMs);
        if (aheadMs > 1) await setTimeout(aheadMs);
        else await setImmediate();
      }
    } catch (error) {
      this.failure ??= error;
    }
  }
}
