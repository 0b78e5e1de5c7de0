/** Constants and messages shared by the host and the virtual machine. */
export const BUS = "/dev/i2c-0";
export const CHIP = "/dev/gpiochip0";
export const LED_PIN = 5;
export const BUTTON_PIN = 6;
/** Id of plugdev, a group that exists on every Debian. */
export const GROUP = 46;

export interface ToGuest {
  /** Value measured by the hat's converter, 0..4095. */
  raw?: number;
  /** Address at which the hat is plugged in; null if it is unplugged. */
  hatAt?: number | null;
  /** Permissions of the bus device. */
  busMode?: number;
  /** Whether the button's pin is high. */
  pressed?: boolean;
  /** Whether the broker outside can be reached. */
  network?: boolean;
  /** Kill the program without warning as soon as readings are on the disk, and start it again. */
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
