import type { PiParts } from "../../server/setup/config";
import type { Chip } from "./chip";
import { GpioLine, headerChip } from "./gpio-line";
import { GROVE_BASE_HAT } from "./grove-base-hat";
import { permission } from "./host";
import { I2cBus } from "./i2c-bus";
import type { Kernel } from "./kernel";
import { Led } from "./led";
import { LightSensor } from "./light-sensor";

const CHIPS: Record<PiParts["sensor"], Chip> = { "grove-base-hat": GROVE_BASE_HAT };
const AUTO = "auto";

export type Say = (line: string, level: "info" | "warn") => void;

/** The parts that the configuration names, by the kernel. Nothing is opened yet. */
export function realParts(
  kernel: Kernel,
  parts: PiParts,
  say: Say,
): { sensor: LightSensor; led: Led } {
  const path = `/dev/i2c-${parts.i2cBus}`;
  const sensor = new LightSensor({
    chip: CHIPS[parts.sensor],
    address: parts.address === AUTO ? undefined : Number(parts.address),
    channel: parts.channel,
    path,
    openBus: () => I2cBus.open(kernel, path),
    permission: () => permission(path),
    say,
  });
  const led = new Led({
    line: parts.ledGpio,
    path: () => (parts.gpioChip === AUTO ? headerChip(kernel) : parts.gpioChip),
    open: (chip) => GpioLine.open(kernel, chip, parts.ledGpio),
    permission,
    say,
  });
  return { sensor, led };
}
