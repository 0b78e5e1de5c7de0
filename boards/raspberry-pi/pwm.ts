/** Dims an LED by pulses on a pin (PWM), through the kernel's files. */
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { PwmGpio } from "../../server/setup/pi-parts";
import { LineBusy } from "./gpio-line";
import type { OutputLine } from "./led";
import { LineNotReady } from "./pin";

const CLASS = "/sys/class/pwm";
/** A thousand pulses a second, which the eye does not see. */
const PERIOD_NS = 1_000_000;

/** The kernel's files. Errors have the `code` of errno(3). */
export interface Sysfs {
  list(folder: string): string[];
  /** The last part of a link's target. */
  target(link: string): string;
  exists(path: string): boolean;
  read(path: string): string;
  write(path: string, text: string): void;
}

export const SYSFS: Sysfs = {
  list: (folder) => readdirSync(folder),
  target: (link) => basename(realpathSync(link)),
  exists: existsSync,
  read: (path) => readFileSync(path, "utf8"),
  write: (path, text) => writeFileSync(path, text),
};

/**
 * The PWM chips of the 40 pins, identified by the address in their names (bcm2835-rpi.dtsi,
 * rp1.dtsi). A Pi has other PWM chips: for its sound, and for a Pi 5's fan.
 */
const HEADER: { name: RegExp; channels: Record<PwmGpio, number> }[] = [
  // The channels of the Pi Zero to 4: BCM2835 ARM Peripherals, table 6-31.
  { name: /^(20|3f|fe)20c000\.pwm$/, channels: { 12: 0, 13: 1, 18: 0, 19: 1 } },
  // The channels of the Pi 5: RP1 Peripherals, table 4.
  { name: /^1f00098000\.pwm$/, channels: { 12: 0, 13: 1, 18: 2, 19: 3 } },
];

/** @returns the path of the PWM chip of the 40 pins, or undefined if there is none */
export function headerPwm(sysfs: Sysfs): string | undefined {
  const chips = sysfs.exists(CLASS) ? sysfs.list(CLASS).map((name) => `${CLASS}/${name}`) : [];
  return chips.find((chip) => channelsOf(sysfs, chip) !== undefined);
}

function channelsOf(sysfs: Sysfs, chip: string): Record<PwmGpio, number> | undefined {
  const name = sysfs.target(`${chip}/device`);
  return HEADER.find((candidate) => candidate.name.test(name))?.channels;
}

/** A PWM channel with an LED. The kernel's rules: drivers/pwm/core.c and sysfs.c. */
export class PwmLine implements OutputLine {
  private constructor(
    private readonly sysfs: Sysfs,
    private readonly chip: string,
    private readonly number: number,
    private readonly onNs: number,
  ) {}

  /**
   * Opens the channel with the LED off.
   * @param chip the path from `headerPwm`
   * @param brightness the LED's brightness when it is on, 0..1
   * @throws LineNotReady if udev has not given the channel to the group yet; LineBusy if a driver
   * of the kernel uses it; Error with the `code` of errno(3)
   */
  static open(sysfs: Sysfs, chip: string, gpio: PwmGpio, brightness: number): PwmLine {
    const number = channelsOf(sysfs, chip)?.[gpio] ?? 0;
    const line = new PwmLine(sysfs, chip, number, Math.round(brightness * PERIOD_NS));
    // If an earlier run was killed, the channel may still be exported.
    if (!sysfs.exists(line.folder)) line.take();
    try {
      // The kernel refuses a pulse longer than the period, so an old pulse is set to 0 first.
      if (sysfs.read(line.file("period")).trim() !== "0") line.set(false);
      sysfs.write(line.file("period"), String(PERIOD_NS));
      line.set(false);
      sysfs.write(line.file("enable"), "1");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EACCES") throw new LineNotReady();
      throw error;
    }
    return line;
  }

  set(isHigh: boolean): void {
    this.sysfs.write(this.file("duty_cycle"), String(isHigh ? this.onNs : 0));
  }

  /** Releases the channel. The pin is low afterwards. */
  close(): void {
    this.sysfs.write(this.file("enable"), "0");
    this.sysfs.write(`${this.chip}/unexport`, String(this.number));
  }

  private take(): void {
    try {
      this.sysfs.write(`${this.chip}/export`, String(this.number));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      throw new LineBusy("");
    }
  }

  private get folder(): string {
    return `${this.chip}/pwm${this.number}`;
  }

  private file(name: string): string {
    return `${this.folder}/${name}`;
  }
}
