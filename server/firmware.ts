import { compileFirmware } from "../boards/tools/firmware/compile";
import { writeFirmwareConfig } from "../boards/tools/firmware/configure";
import type { Config } from "./setup/config";

/** The firmware's bytecode, compiled once, whoever asks first: the compiler can't run twice at once. */
export class Firmware {
  private readonly stopping = new AbortController();
  private compiled: Promise<Uint8Array> | undefined;

  constructor(private readonly config: Config) {}

  /**
   * @param onCompile called if it has to be compiled for this call
   * @throws UserError with the compiler's own words; the next call tries again
   */
  async bytecode(onCompile?: () => void): Promise<Uint8Array> {
    this.compiled ??= this.compile(onCompile);
    try {
      return await this.compiled;
    } catch (error) {
      this.compiled = undefined;
      throw error;
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  private async compile(onCompile?: () => void): Promise<Uint8Array> {
    const { signal } = this.stopping;
    signal.throwIfAborted();
    writeFirmwareConfig(this.config);
    return await compileFirmware("src/main.ts", { signal, ...(onCompile && { onCompile }) });
  }
}
