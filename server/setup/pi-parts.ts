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
  ledGpio: number;
  /** Without one there is no button. */
  buttonGpio?: number;
  /** What its pin is while it is pressed. */
  buttonPressed: "high" | "low";
  /** "auto", or the path of the chip that has the pins of LED and button. */
  gpioChip: string;
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

/** @returns in one line which field does not go with another, or undefined */
export function piContradiction(parts: PiParts): string | undefined {
  const { sensor, address, channel, ledGpio, buttonGpio } = parts;
  const { channels, addresses } = CHIPS[sensor];
  if (channel >= channels)
    return `pi.channel: expected 0 to ${channels - 1} with ${sensor}, got ${channel}`;
  if (addresses && !["auto", ...addresses].includes(address.toLowerCase()))
    return `pi.address: expected ${["auto", ...addresses].map((a) => `"${a}"`).join(" or ")} with ${sensor}, got ${JSON.stringify(address)}`;
  if (sensor === "mcp3008")
    for (const [field, gpio] of Object.entries({ ledGpio, buttonGpio }))
      if (gpio !== undefined && SPI_GPIOS.includes(gpio))
        return `pi.${field}: expected another pin with mcp3008, whose bus has ${SPI_GPIOS.join(", ")}, got ${gpio}`;
  if (buttonGpio === ledGpio)
    return `pi.buttonGpio: expected another pin than the LED's, got ${ledGpio}`;
  return undefined;
}
