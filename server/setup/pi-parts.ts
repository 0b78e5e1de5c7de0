import { UserError } from "../base/user-error";

/** The parts that are wired to a Raspberry Pi. */
export interface PiParts {
  /** The chip that measures the light sensor's voltage. */
  sensor: "grove-base-hat" | "ads1115" | "mcp3008";
  /**
   * I²C address of the sensor's chip, such as "0x04"; "auto" searches all addresses of such chips.
   */
  address: string;
  channel: number;
  /** Number N of the I²C bus /dev/i2c-N. */
  i2cBus: number;
  /** Path of the SPI device, if the chip is on SPI. */
  spiDevice: string;
  /**
   * Kind of lamp. "led": on or off. "dimmable": driven by the pin's PWM, as bright as
   * `lampBrightness`.
   */
  lamp: "led" | "dimmable";
  ledGpio: number;
  /** GPIO number of the button's pin; absent if there is no button. */
  buttonGpio?: number;
  /** Level of the button's pin while it is pressed; high if absent. */
  buttonPressed?: "high" | "low";
  /**
   * The GPIO chip of LED and button, such as "/dev/gpiochip0"; "auto" means the chip of the 40
   * pins.
   */
  gpioChip: string;
  /** More devices on the same Pi, by their ids. The `others` of each is empty. */
  others: Record<string, PiParts>;
}

/**
 * The valid channels and addresses of each chip; channels count from 0. `undefined`: any address.
 */
const CHIPS: Record<PiParts["sensor"], { channels: number; addresses: string[] | undefined }> = {
  // The Grove Base Hat's address can be changed permanently.
  "grove-base-hat": { channels: 8, addresses: undefined },
  ads1115: { channels: 4, addresses: ["0x48", "0x49", "0x4a", "0x4b"] },
  mcp3008: { channels: 8, addresses: [] },
};
/** Pins of the header's first SPI bus, with both of its chip selects. */
const SPI_GPIOS = [7, 8, 9, 10, 11];

/** Pins of the header with hardware PWM (overlays/README, `pwm`). */
export const PWM_GPIOS = [12, 13, 18, 19] as const;
export type PwmGpio = (typeof PWM_GPIOS)[number];
/** Up to the Pi 4, pins 12 and 18 share one PWM channel, and so do 13 and 19. */
const PWM_PAIRS: readonly (readonly [number, number])[] = [
  [12, 18],
  [13, 19],
];

export function isPwmGpio(gpio: number): gpio is PwmGpio {
  return PWM_GPIOS.some((candidate) => candidate === gpio);
}

/**
 * Returns the devices of a Pi, by their ids.
 * @param id the id of the device that `pi` describes
 * @throws UserError if another device has the same id
 */
export function piDevices(id: string, pi: PiParts): [id: string, parts: PiParts][] {
  if (Object.hasOwn(pi.others, id))
    throw new UserError(
      `pi.others.${id}: expected an id other than that of the first device, ${id}`,
    );
  return [[id, pi], ...Object.entries(pi.others)];
}

/** Returns each device of a Pi, by its path in the configuration. */
function byPath(pi: PiParts): [path: string, parts: PiParts][] {
  const others = Object.entries(pi.others);
  return [
    ["pi", pi],
    ...others.map(([id, parts]) => [`pi.others.${id}`, parts] as [string, PiParts]),
  ];
}

/**
 * Checks the parts of all devices on a Pi.
 * @returns one line about fields that contradict each other, or undefined
 */
export function piContradiction(pi: PiParts): string | undefined {
  const devices = byPath(pi);
  for (const [path, parts] of devices) {
    const problem = ownContradiction(parts);
    if (problem !== undefined) return `${path}.${problem}`;
    if (parts !== pi && Object.keys(parts.others).length > 0)
      return `${path}.others: expected all devices in pi.others, got ${Object.keys(parts.others).join(", ")} here`;
  }
  return pinContradiction(devices);
}

/**
 * Checks the fields of one device.
 * @returns the field that contradicts the others, and why; or undefined
 */
function ownContradiction(parts: PiParts) {
  const { sensor, address, channel, lamp, ledGpio, buttonGpio, buttonPressed } = parts;
  const { channels, addresses } = CHIPS[sensor];
  if (channel >= channels)
    return `channel: expected 0 to ${channels - 1} with ${sensor}, got ${channel}`;
  if (addresses && !["auto", ...addresses].includes(address.toLowerCase()))
    return `address: expected ${["auto", ...addresses].map((a) => `"${a}"`).join(" or ")} with ${sensor}, got ${JSON.stringify(address)}`;
  if (buttonGpio === undefined && buttonPressed !== undefined)
    return `buttonPressed: expected buttonGpio, the button's pin, beside it, got "${buttonPressed}" alone`;
  if (lamp === "dimmable" && !isPwmGpio(ledGpio))
    return `ledGpio: expected ${PWM_GPIOS.join(" or ")} with a dimmable lamp, since no other pin has PWM, got ${ledGpio}`;
  return undefined;
}

/** Checks that each pin is used once among all devices of the Pi. */
function pinContradiction(devices: [path: string, parts: PiParts][]): string | undefined {
  const hasSpi = devices.some(([, { sensor }]) => sensor === "mcp3008");
  const used = new Map<number, string>();
  for (const [path, { lamp, ledGpio, buttonGpio }] of devices)
    for (const [field, gpio] of Object.entries({ ledGpio, buttonGpio })) {
      if (gpio === undefined) continue;
      if (hasSpi && SPI_GPIOS.includes(gpio))
        return `${path}.${field}: expected a pin that the bus of mcp3008 does not use (${SPI_GPIOS.join(", ")}), got ${gpio}`;
      const owner = used.get(gpio);
      if (owner !== undefined)
        return `${path}.${field}: expected a pin other than that of ${owner}, got ${gpio}`;
      used.set(gpio, `${path}.${field}`);
      if (lamp !== "dimmable" || field !== "ledGpio") continue;
      const twin = PWM_PAIRS.find((pair) => pair.includes(gpio))?.find((other) => other !== gpio);
      const dimmed = devices.find(
        ([other, parts]) => other !== path && parts.lamp === "dimmable" && parts.ledGpio === twin,
      );
      if (dimmed)
        return `${path}.ledGpio: expected a pin other than ${gpio}, which shares its PWM with ${twin} of ${dimmed[0]}`;
    }
  return undefined;
}
