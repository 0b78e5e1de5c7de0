import { closeSync, constants, openSync, readdirSync } from "node:fs";
import {
  chipInfo,
  chipLabel,
  GPIO_GET_CHIPINFO,
  GPIO_GET_LINE,
  GPIO_GET_LINEINFO,
  GPIO_GET_VALUES,
  GPIO_SET_VALUES,
  inputRequest,
  isActive,
  lineConsumer,
  lineDescriptor,
  lineInfo,
  lineValue,
  outputRequest,
} from "./abi";
import type { Kernel } from "./kernel";

/** The GPIO chips of the 40 pins: Pi Zero to 3, 4, and 5. Their numbers depend on the kernel. */
const HEADER = /^pinctrl-(bcm2835|bcm2711|rp1)$/;
const CONSUMER = "nightlight";

/** Another program uses the line. */
export class LineBusy extends Error {
  constructor(readonly consumer: string) {
    super(`in use by ${consumer}`);
  }
}

/** A pin that this program has requested, as an output or as an input. */
export class GpioLine {
  private constructor(
    private readonly kernel: Kernel,
    private readonly file: number,
  ) {}

  /**
   * Opens an output, which is low at first.
   * @param path the chip's path, such as /dev/gpiochip0
   * @throws LineBusy; Error with the `code` of errno(3)
   */
  static output(kernel: Kernel, path: string, line: number): GpioLine {
    return GpioLine.open(kernel, path, line, outputRequest(line, CONSUMER));
  }

  /**
   * Opens an input for a button.
   * @param path the chip's path, such as /dev/gpiochip0
   * @param pressed the level while the button is pressed; the pin is pulled to the opposite level
   * @throws LineBusy; Error with the `code` of errno(3)
   */
  static input(kernel: Kernel, path: string, line: number, pressed: "high" | "low"): GpioLine {
    return GpioLine.open(kernel, path, line, inputRequest(line, CONSUMER, pressed));
  }

  set(isHigh: boolean): void {
    this.kernel.ioctl(this.file, GPIO_SET_VALUES, lineValue(isHigh));
  }

  isPressed(): boolean {
    const value = lineValue(false);
    this.kernel.ioctl(this.file, GPIO_GET_VALUES, value);
    return isActive(value);
  }

  /** Releases the pin. The kernel does not change its level. */
  close(): void {
    closeSync(this.file);
  }

  private static open(kernel: Kernel, path: string, line: number, request: Buffer): GpioLine {
    return withFile(path, (chip) => {
      try {
        kernel.ioctl(chip, GPIO_GET_LINE, request);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
        const info = lineInfo(line);
        kernel.ioctl(chip, GPIO_GET_LINEINFO, info);
        throw new LineBusy(lineConsumer(info));
      }
      return new GpioLine(kernel, lineDescriptor(request));
    });
  }
}

/**
 * Finds the GPIO chip of the 40 pins.
 * @returns its path, or undefined if this is no Raspberry Pi
 * @throws Error with the `code` of errno(3) if a chip could not be opened
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
      if (HEADER.test(chipLabel(info))) return path;
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
