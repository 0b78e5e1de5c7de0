/** What the outside and the inside of the virtual machine have to agree on. */
export const BUS = "/dev/i2c-0";
export const CHIP = "/dev/gpiochip0";
export const LED_PIN = 5;
/** A group that every Debian has: plugdev. */
export const GROUP = 46;

export interface ToGuest {
  /** What the hat's converter measures, 0..4095. */
  raw?: number;
  /** Where the hat is plugged in; null: nowhere. */
  hatAt?: number | null;
  /** The permissions of the bus. */
  busMode?: number;
  /** Ask the program to end. */
  end?: boolean;
}

export interface FromGuest {
  log?: string;
  ledOn?: boolean;
  /** The program's exit code. */
  ended?: number | null;
}
