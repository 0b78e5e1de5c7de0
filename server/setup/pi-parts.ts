import { UserError } from "../base/user-error";

/** What is wired to a Raspberry Pi. */
export interface PiParts {
  /** The chip that measures the light sensor's voltage. */
  sensor: "grove-base-hat" | "ads1115" | "mcp3008";
  /** Of the sensor's chip on I²C, as "0x04"; "auto": wherever such a chip may be. */
  address: string;
  channel: number;
  /** /dev/i2c-N. */
  i2cBus: number;
  /** The path of the chip on SPI. */
  spiDevice: string;
  /** "led": on or off. "dimmable": by the pulses of the pin's PWM, as bright as `lampBrightness`. */
  lamp: "led" | "dimmable";
  ledGpio: number;
  /** Without one there is no button. */
  buttonGpio?: number;
  /** What its pin is while it is pressed; high if missing. */
  buttonPressed?: "high" | "low";
  /** "auto", or the path of the chip that has the pins of LED and button. */
  gpioChip: string;
  /** More devices on the same Pi, by their ids. They have no others of their own. */
  others: Record<string, PiParts>;
}

/** What a chip may be set to; the inputs count from 0. */
const CHIPS: Record<PiParts["sensor"], { channels: number; addresses: string[] | undefined }> = {
  // Its address can be changed, for good.
  "grove-base-hat": { channels: 8, addresses: undefined },
  ads1115: { channels: 4, addresses: ["0x48", "0x49", "0x4a", "0x4b"] },
  mcp3008: { channels: 8, addresses: [] },
};
/** Of the 40 pins' first SPI bus, with both of its chip selects. */
const SPI_GPIOS = [7, 8, 9, 10, 11];

/** Of the 40 pins, those that hardware can pulse (overlays/README, `pwm`). */
export const PWM_GPIOS = [12, 13, 18, 19] as const;
export type PwmGpio = (typeof PWM_GPIOS)[number];
/** Up to the Pi 4, 12 and 18 have the same pulses, and so have 13 and 19. */
const PWM_PAIRS: readonly (readonly [number, number])[] = [
  [12, 18],
  [13, 19],
];

export function isPwmGpio(gpio: number): gpio is PwmGpio {
  return PWM_GPIOS.some((candidate) => candidate === gpio);
}

/**
 * The devices of a Pi, by their ids.
 * @param id of the one that `pi` describes
 * @throws UserError if another one has the same
 */
export function piDevices(id: string, pi: PiParts): [id: string, parts: PiParts][] {
  if (Object.hasOwn(pi.others, id))
    throw new UserError(
      `pi.others.${id}: expected another id than that of the first device, ${id}`,
    );
  return [[id, pi], ...Object.entries(pi.others)];
}

/** Each device of a Pi, by where the configuration has it. */
function byPath(pi: PiParts): [path: string, parts: PiParts][] {
  const others = Object.entries(pi.others);
  return [
    ["pi", pi],
    ...others.map(([id, parts]) => [`pi.others.${id}`, parts] as [string, PiParts]),
  ];
}

/** @returns in one line which field does not go with another, or undefined */
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

/** @returns the field, and what is wrong with it among the fields of its own device */
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

/** Each pin is used once, also by what is on the same Pi. */
function pinContradiction(devices: [path: string, parts: PiParts][]): string | undefined {
  const hasSpi = devices.some(([, { sensor }]) => sensor === "mcp3008");
  const used = new Map<number, string>();
  for (const [path, { lamp, ledGpio, buttonGpio }] of devices)
    for (const [field, gpio] of Object.entries({ ledGpio, buttonGpio })) {
      if (gpio === undefined) continue;
      if (hasSpi && SPI_GPIOS.includes(gpio))
        return `${path}.${field}: expected another pin with mcp3008, whose bus has ${SPI_GPIOS.join(", ")}, got ${gpio}`;
      const owner = used.get(gpio);
      if (owner !== undefined)
        return `${path}.${field}: expected another pin than that of ${owner}, got ${gpio}`;
      used.set(gpio, `${path}.${field}`);
      if (lamp !== "dimmable" || field !== "ledGpio") continue;
      const twin = PWM_PAIRS.find((pair) => pair.includes(gpio))?.find((other) => other !== gpio);
      const dimmed = devices.find(
        ([other, parts]) => other !== path && parts.lamp === "dimmable" && parts.ledGpio === twin,
      );
      if (dimmed)
        return `${path}.ledGpio: expected another pin than ${gpio}, whose PWM is that of ${twin}, which ${dimmed[0]} has`;
    }
  return undefined;
}
