import { closeSync, constants, openSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { I2C_RDWR, i2cMessage, i2cTransfer } from "./abi";
import type { ChipOnBus } from "./chip";
import type { Kernel } from "./kernel";

/** An I²C bus, by the kernel's device file, such as /dev/i2c-1. */
export class I2cBus {
  private constructor(
    private readonly kernel: Kernel,
    private readonly file: number,
  ) {}

  /** @throws Error with the `code` of errno(3) */
  static open(kernel: Kernel, path: string): I2cBus {
    return new I2cBus(kernel, openSync(path, constants.O_RDWR));
  }

  chip(address: number): ChipOnBus {
    return {
      wait: (ms) => setTimeout(ms),
      transfer: (write, readBytes) => this.transfer(address, write, readBytes),
    };
  }

  close(): void {
    closeSync(this.file);
  }

  private async transfer(
    address: number,
    write: Uint8Array,
    readBytes: number,
  ): Promise<Uint8Array> {
    const { addressOf, pointerBytes } = this.kernel;
    const read = Buffer.alloc(readBytes);
    const message = (isRead: boolean, bytes: Uint8Array) =>
      i2cMessage(pointerBytes, { address, isRead, length: bytes.length, at: addressOf(bytes) });
    const parts = [message(false, write), ...(readBytes ? [message(true, read)] : [])];
    const messages = Buffer.concat(parts);
    const transfer = i2cTransfer(pointerBytes, addressOf(messages), parts.length);
    await this.kernel.ioctlAsync(this.file, I2C_RDWR, transfer, [messages, write, read]);
    return read;
  }
}
