/** What the outside and the inside of the virtual machine have to agree on. */
export const BUS = "/dev/i2c-0";
export const CHIP = "/dev/gpiochip0";
export const LED_PIN = 5;
export const BUTTON_PIN = 6;
/** A group that every Debian has: plugdev. */
export const GROUP = 46;

export interface ToGuest {
  /** What the hat's converter measures, 0..4095. */
  raw?: number;
  /** Where the hat is plugged in; null: nowhere. */
  hatAt?: number | null;
  /** The permissions of the bus. */
  busMode?: number;
  /** The button's pin is high. */
  pressed?: boolean;
  /** Whether the broker outside can be reached. */
  network?: boolean;
  /** Kill the program as soon as readings are on the disk, without a warning, and start it again. */
  kill?: boolean;
  /** Ask the program to end. */
  end?: boolean;
}

export interface FromGuest {
  log?: string;
  ledOn?: boolean;
  /** The program's exit code. */
  ended?: number | null;
}
