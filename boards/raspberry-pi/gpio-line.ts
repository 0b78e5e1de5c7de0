import { closeSync, constants, openSync, readdirSync } from "node:fs";
import {
  chipInfo,
  consumerOf,
  GPIO_GET_CHIPINFO,
  GPIO_GET_LINE,
  GPIO_GET_LINEINFO,
  GPIO_SET_VALUES,
  labelOf,
  lineFile,
  lineInfo,
  lineValue,
  outputRequest,
} from "./abi";
import type { Kernel } from "./kernel";

/** The chips behind the 40 pins: Zero to 3, 4, and 5, where the kernel numbers them differently. */
const HEADER = /^pinctrl-(bcm2835|bcm2711|rp1)$/;
const CONSUMER = "nightlight";

/** Another program has the line. */
export class LineBusy extends Error {
  constructor(readonly consumer: string) {
    super(`in use by ${consumer}`);
  }
}

/** A pin that is switched on and off; low at first. */
export class GpioLine {
  private constructor(
    private readonly kernel: Kernel,
    private readonly file: number,
  ) {}

  /**
   * @param path of the chip, such as /dev/gpiochip0
   * @throws LineBusy; Error with the `code` of errno(3)
   */
  static open(kernel: Kernel, path: string, line: number): GpioLine {
    return withFile(path, (chip) => {
      const request = outputRequest(line, CONSUMER);
      try {
        kernel.ioctl(chip, GPIO_GET_LINE, request);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
        const info = lineInfo(line);
        kernel.ioctl(chip, GPIO_GET_LINEINFO, info);
        throw new LineBusy(consumerOf(info));
      }
      return new GpioLine(kernel, lineFile(request));
    });
  }

  set(isHigh: boolean): void {
    this.kernel.ioctl(this.file, GPIO_SET_VALUES, lineValue(isHigh));
  }

  /** The kernel leaves the pin as it is. */
  close(): void {
    closeSync(this.file);
  }
}

/**
 * The chip behind the 40 pins.
 * @returns its path, or undefined if this is no Raspberry Pi
 * @throws Error with the `code` of errno(3) if no chip may be opened
 */
export function headerChip(kernel: Kernel): string | undefined {
  let refused: Error | undefined;
  const paths = readdirSync("/dev")
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((name) => `/dev/${name}`);
  for (const path of paths) {
    try {
      const info = chipInfo();
      withFile(path, (chip) => kernel.ioctl(chip, GPIO_GET_CHIPINFO, info));
      if (HEADER.test(labelOf(info))) return path;
    } catch (error) {
      refused = error as Error;
    }
  }
  if (refused !== undefined) throw refused;
  return undefined;
}

function withFile<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, constants.O_RDWR);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
