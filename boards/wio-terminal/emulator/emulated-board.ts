/** A Wio Terminal with the nightlight's image in its flash, on an emulated chip. */
import { WIO } from "../build/compile";
import { linkImage } from "../build/image";
import { packNightlight } from "../build/program";
import { uf2OfElf } from "../build/uf2";
import { writeUf2 } from "./chip/bootloader";
import type { Nvmctrl } from "./chip/nvmctrl";
import { type Pace, Runner } from "./chip/runner";
import { Samd51, type Samd51Options } from "./chip/samd51";
import { buildSlice } from "./chip/slice";
import { WioTerminal } from "./chip/wio-terminal";
import { HOME } from "./nightlight-board";

interface BoardOptions {
  readonly pace?: Pace;
  readonly chip?: Samd51Options;
  /** Called before the board starts. */
  readonly prepare?: (board: WioTerminal) => void;
  readonly onFailure?: (error: Error) => void;
}

export interface EmulatedBoardOptions extends BoardOptions {
  readonly id: string;
  readonly broker: string;
}

/** Links the image with the program and its settings. @returns the path of the ELF file */
export async function nightlightElf(id: string, broker: string): Promise<string> {
  const packed = await packNightlight({
    ID: id,
    BROKER: broker,
    WIFI_SSID: HOME.ssid,
    WIFI_PWD: HOME.password ?? "",
  });
  const { elf } = await linkImage(WIO, { packed });
  return elf;
}

export class EmulatedBoard {
  /** The cause of each reset, as RSTC.RCAUSE encodes it. */
  readonly resets: number[] = [];
  private runner: Runner;
  /** Whether `until` has already thrown the failure. */
  private told = false;

  private constructor(
    readonly chip: Samd51,
    readonly wio: WioTerminal,
    private readonly elfFile: string | undefined,
    private readonly options: BoardOptions,
  ) {
    this.runner = this.newRunner();
    chip.onReset = (cause) => this.resets.push(cause);
  }

  static async start(options: EmulatedBoardOptions): Promise<EmulatedBoard> {
    const elf = await nightlightElf(options.id, options.broker);
    await buildSlice();
    const chip = new Samd51(options.chip);
    // Writes the same UF2 file that a user copies to the bootloader's drive.
    writeUf2(uf2OfElf(elf), chip.nvm);
    const board = new EmulatedBoard(chip, new WioTerminal(chip, HOME), elf, options);
    options.prepare?.(board.wio);
    chip.powerOn();
    board.runner.start();
    return board;
  }

  /**
   * Starts a board with erased flash. `write` can put images there before the board is switched on.
   */
  static async empty(options: BoardOptions, write: (nvm: Nvmctrl) => void): Promise<EmulatedBoard> {
    await buildSlice();
    const chip = new Samd51(options.chip);
    const board = new EmulatedBoard(chip, new WioTerminal(chip, HOME), undefined, options);
    options.prepare?.(board.wio);
    write(chip.nvm);
    board.runner.start(() => chip.powerOn());
    return board;
  }

  /**
   * Switches the board off, writes to its flash, and switches it on. If `write` throws, the board
   * runs on without a restart.
   */
  async reload(write: (nvm: Nvmctrl) => void): Promise<void> {
    await this.runner.stop();
    let first = (): void => this.wio.cyclePower();
    try {
      write(this.chip.nvm);
    } catch (error) {
      first = () => undefined;
      throw error;
    } finally {
      this.runner = this.newRunner();
      this.runner.start(first);
    }
  }

  /** The ELF file of the image in flash. It has the symbols. */
  get elf(): string {
    if (this.elfFile === undefined) throw new Error("the image has no symbols");
    return this.elfFile;
  }

  /** Why the emulation ended; undefined while it is running. */
  get failure(): string | undefined {
    const { failure } = this.runner;
    return failure?.message;
  }

  async until(what: string, condition: () => boolean, ms?: number): Promise<void> {
    try {
      await this.runner.until(what, condition, ms);
    } catch (error) {
      this.told = true;
      const tail = this.wio.log.slice(-25).join("\n  ");
      throw new Error(`${(error as Error).message}; the console ends:\n  ${tail}`, {
        cause: error,
      });
    }
  }

  /** Waits for a line on the console. The first `from` lines are ignored. */
  async untilLogged(text: string, from = 0, ms?: number): Promise<void> {
    const isThere = (): boolean => this.wio.log.slice(from).some((line) => line.includes(text));
    await this.until(`"${text}" on the console`, isThere, ms);
  }

  private newRunner(): Runner {
    const { chip, wio, options } = this;
    const isOwed = (): boolean => wio.coprocessor.isServing;
    return new Runner(chip, isOwed, options.pace, options.onFailure);
  }

  async stop(): Promise<void> {
    await this.runner.stop();
    this.wio.coprocessor.setPower(false);
    this.chip.close();
    // If nobody was notified of a failure of the chip, the failure fails the test that stops the
    // board.
    const isReported = this.told || this.options.onFailure !== undefined;
    if (this.runner.failure && !isReported) throw this.runner.failure;
  }
}
