/** Runs the image in the emulated chip, with a computer at its USB socket. */
import { WIO } from "../../../boards/wio-terminal/build/compile";
import { linkImage } from "../../../boards/wio-terminal/build/image";
import { uf2OfElf } from "../../../boards/wio-terminal/build/uf2";
import { writeUf2 } from "../../../boards/wio-terminal/emulator/chip/bootloader";
import { Runner } from "../../../boards/wio-terminal/emulator/chip/runner";
import { Samd51 } from "../../../boards/wio-terminal/emulator/chip/samd51";
import { buildSlice } from "../../../boards/wio-terminal/emulator/chip/slice";
import { UsbHost } from "../../../boards/wio-terminal/emulator/chip/usb-host";
import { WioTerminal } from "../../../boards/wio-terminal/emulator/chip/wio-terminal";
import { HOME } from "../../../boards/wio-terminal/emulator/nightlight-board";
import type { SerialLine } from "./line-bus";

export class UsbBoard implements SerialLine {
  readonly chip = new Samd51();
  readonly board = new WioTerminal(this.chip, HOME);
  readonly host = new UsbHost(this.board.usb, this.chip.clock);
  /** All bytes that the computer has received over USB. */
  said = Buffer.alloc(0);
  onData: (bytes: Buffer) => void = () => undefined;
  /** Number of times that the computer has enumerated the board. */
  plugs = 0;
  private readonly runner = new Runner(this.chip, () => this.board.coprocessor.isServing);
  private hostFailure: Error | undefined;

  /** @param packed package from `makePackage` */
  static async start(packed?: Uint8Array): Promise<UsbBoard> {
    await buildSlice();
    const { elf } = await linkImage(WIO, packed ? { packed } : {});
    const board = new UsbBoard();
    writeUf2(uf2OfElf(elf), board.chip.nvm);
    board.host.onData = (bytes) => {
      board.said = Buffer.concat([board.said, bytes]);
      board.onData(bytes);
    };
    board.board.usb.onAttach = (attached) => {
      if (attached) void board.plugIn();
    };
    board.chip.powerOn();
    board.runner.start();
    return board;
  }

  /** Switches the board off and on at its side switch, with the cable plugged in. */
  cyclePower(): void {
    this.host.unplug();
    this.board.cyclePower();
  }

  write(bytes: Uint8Array): void {
    this.host.write(bytes);
  }

  /** The error that ended the emulation or the host, if there was one. */
  get failure(): Error | undefined {
    return this.runner.failure ?? this.hostFailure;
  }

  /** The console's text, on the UART of the header. */
  get log(): string[] {
    return this.board.log;
  }

  async untilLogged(text: string, from = 0): Promise<void> {
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
    await this.runner.until(what, () => {
      if (this.hostFailure) throw this.hostFailure;
      return holds();
    });
  }

  async stop(): Promise<void> {
    await this.runner.stop();
    this.host.unplug();
    this.board.coprocessor.setPower(false);
    this.chip.close();
  }

  private async plugIn(): Promise<void> {
    try {
      await this.host.enumerate();
      await this.host.open();
      this.plugs++;
    } catch (error) {
      this.hostFailure ??= error instanceof Error ? error : new Error(String(error));
    }
  }
}
