import { closeSync, constants, openSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { SPI_MESSAGE, SPI_SET_MODE, spiTransfer } from "./abi";
import type { ChipOnBus } from "./chip";
import type { Kernel } from "./kernel";

/** The MCP3008 allows 1.35 MHz at 2.7 V: DS21295D, 1.0. */
const SPEED_HZ = 1_000_000;
/** SPI mode 0: the clock is low when idle, and data is valid at its rising edge. */
const MODE_0 = Uint8Array.of(0);

/** A chip on SPI, by the kernel's device file, such as /dev/spidev0.0. */
export class SpiBus {
  private constructor(
    private readonly kernel: Kernel,
    private readonly file: number,
  ) {}

  /** @throws Error with the `code` of errno(3) */
  static open(kernel: Kernel, path: string): SpiBus {
    const file = openSync(path, constants.O_RDWR);
    try {
      kernel.ioctl(file, SPI_SET_MODE, MODE_0);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    return new SpiBus(kernel, file);
  }

  /** The only chip on this bus. */
  chip(): ChipOnBus {
    return { wait: (ms) => setTimeout(ms), transfer: (write) => this.transfer(write) };
  }

  close(): void {
    closeSync(this.file);
  }

  private async transfer(write: Uint8Array): Promise<Uint8Array> {
    const { addressOf } = this.kernel;
    const read = Buffer.alloc(write.length);
    const transfer = spiTransfer({
      ...{ writeAt: addressOf(write), readAt: addressOf(read) },
      ...{ length: write.length, speedHz: SPEED_HZ },
    });
    await this.kernel.ioctlAsync(this.file, SPI_MESSAGE, transfer, [write, read]);
    return read;
  }
}
