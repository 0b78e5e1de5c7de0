/** Messages for a problem with a part and its remedy, one line each. Pure. */
import type { PwmGpio } from "../../server/setup/pi-parts";
import type { Chip } from "./chip";

/** The user who runs the program, and the owner of a device file. */
export interface Permission {
  user: string;
  /** The group that may use the file, such as i2c. */
  group: string;
}

/** The error codes if no chip answers at an address. They differ between the kernel's drivers. */
const NO_ANSWER = ["EREMOTEIO", "ENXIO", "EIO", "ENODATA", "ETIMEDOUT", "EAGAIN"];
/** On a Raspberry Pi, this code may also mean that a line of the bus is held low. */
const HELD = "ETIMEDOUT";

export function isNoAnswer(code: string): boolean {
  return NO_ANSWER.includes(code);
}

/** @param path the path of the bus that could not be opened */
export function busProblem(code: string, path: string, permission: Permission): string {
  if (code === "ENOENT" || code === "ENODEV")
    return path.startsWith("/dev/spidev")
      ? `there is no ${path}: switch SPI on with sudo raspi-config nonint do_spi 0`
      : `there is no ${path}: switch I2C on with sudo raspi-config nonint do_i2c 0`;
  return openProblem(code, path, permission);
}

/**
 * @param path the path of a GPIO chip that could not be opened or has refused a request
 * @param line the GPIO number
 */
export function gpioProblem(
  code: string,
  path: string,
  line: number,
  permission: Permission,
): string {
  if (["ENOENT", "ENODEV", "ENXIO"].includes(code)) return `there is no ${path}`;
  // The path is another kind of file, or a folder.
  if (code === "ENOTTY" || code === "EISDIR")
    return `${path} is no GPIO chip: expected one such as /dev/gpiochip0 in pi.gpioChip`;
  // The line is missing, or version 2 of the kernel's interface (linux/gpio.h, since 5.10).
  if (code === "EINVAL" && path.startsWith("/dev/"))
    return `${path} has no GPIO ${line}, or its kernel is older than 5.10`;
  return openProblem(code, path, permission);
}

/** @param path the path of the file that could not be opened */
export function openProblem(code: string, path: string, permission: Permission): string {
  if (code === "EACCES" || code === "EPERM") return notPermitted(path, permission);
  return `${path}: ${code}`;
}

function notPermitted(path: string, { user, group }: Permission): string {
  if (group === "root")
    return `${path}: not permitted, and it belongs to no group: sudo groupadd --system i2c, spi or gpio, and a udev rule, as on Raspberry Pi OS`;
  return `${path}: not permitted: sudo usermod -aG ${group} ${user}, then log out and in`;
}

/**
 * @param tried the addresses that were tried
 * @param elsewhere another possible address of the chip, which answers
 */
export function transferProblem(
  code: string,
  { title, addresses }: Chip,
  { path, tried, elsewhere }: { path: string; tried: readonly number[]; elsewhere?: number },
): string {
  const where = placeOf(tried, path);
  // SPI has no acknowledgement, so only the bus itself can fail.
  if (!isNoAnswer(code) || addresses.length === 0) return `${title} ${where}: ${code}`;
  if (elsewhere !== undefined)
    return `${title} does not answer ${where}, but at ${hex(elsewhere)}: write that into pi.address of the configuration`;
  const held = code === HELD ? ", or does another part hold the bus" : "";
  return `${title} does not answer ${where}: is it plugged in${held}? sudo i2cdetect -y ${/\d+$/.exec(path)?.[0] ?? ""} shows what is there`;
}

/** @param addresses empty on a bus with only one chip */
export function placeOf(addresses: readonly number[], path: string): string {
  return `${addresses.length > 0 ? `at ${addresses.map(hex).join(" or ")} ` : ""}on ${path}`;
}

/** @param field the configuration's field that names the line */
export function busyProblem(line: number, path: string, consumer: string, field: string): string {
  const who = consumer === "" ? "another program or the kernel" : `"${consumer}"`;
  const look = path.includes("/pwm/") ? "cat /sys/kernel/debug/pwm" : `gpioinfo ${path}`;
  return `GPIO ${line} is in use by ${who}: end it, or choose another pi.${field} (sudo ${look})`;
}

/** The alternative function of each pin that connects it to a PWM: overlays/README, `pwm`. */
const PWM_FUNCTIONS: Record<PwmGpio, number> = { 12: 4, 13: 4, 18: 2, 19: 2 };

export function noPwmProblem(gpio: PwmGpio): string {
  return `there is no PWM on GPIO ${gpio}: add dtoverlay=pwm,pin=${gpio},func=${PWM_FUNCTIONS[gpio]} to /boot/firmware/config.txt, then restart the Pi`;
}

export const NO_HEADER =
  "found no GPIO chip of a Raspberry Pi: write the path of another one into pi.gpioChip of the configuration";

export function hex(address: number): string {
  return `0x${address.toString(16).padStart(2, "0")}`;
}
