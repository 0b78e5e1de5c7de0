import type { TaskQueue } from "../../server/base/task-queue";
import { isPwmGpio, type PiParts } from "../../server/setup/pi-parts";
import { ADS1115 } from "./ads1115";
import { Button } from "./button";
import type { Chip } from "./chip";
import { GpioLine, headerChip } from "./gpio-line";
import { GROVE_BASE_HAT } from "./grove-base-hat";
import { permission } from "./host";
import { I2cBus } from "./i2c-bus";
import type { Kernel } from "./kernel";
import { Led } from "./led";
import { LightSensor } from "./light-sensor";
import { MCP3008 } from "./mcp3008";
import { NO_HEADER, noPwmProblem } from "./problems";
import { headerPwm, PwmLine, SYSFS } from "./pwm";
import { SpiBus } from "./spi-bus";

const CHIPS: Record<PiParts["sensor"], Chip> = {
  "grove-base-hat": GROVE_BASE_HAT,
  ads1115: ADS1115,
  mcp3008: MCP3008,
};
const AUTO = "auto";

export type LogLine = (line: string, level: "info" | "warn") => void;

export interface RealParts {
  sensor: LightSensor;
  led: Led;
  button?: Button | undefined;
}

export interface RealPartsOptions {
  kernel: Kernel;
  /** The setting `lampBrightness`, percent. */
  lampBrightness: number;
  /** Shared by all devices of this Pi. */
  queue: TaskQueue;
  say: LogLine;
}

/** Creates the parts of the configuration. Their files are opened later, at the first use. */
export function realParts(
  parts: PiParts,
  { kernel, lampBrightness, queue, say }: RealPartsOptions,
): RealParts {
  const isSpi = parts.sensor === "mcp3008";
  const path = isSpi ? parts.spiDevice : `/dev/i2c-${parts.i2cBus}`;
  const sensor = new LightSensor({
    chip: CHIPS[parts.sensor],
    address: parts.address === AUTO ? undefined : Number(parts.address),
    channel: parts.channel,
    path,
    openBus: () => (isSpi ? SpiBus : I2cBus).open(kernel, path),
    queue,
    permission: () => permission(path),
    say,
  });
  const chip = () => (parts.gpioChip === AUTO ? headerChip(kernel) : parts.gpioChip);
  const { lamp, ledGpio, buttonGpio, buttonPressed = "high" } = parts;
  const led = new Led({
    line: ledGpio,
    ...(lamp === "dimmable" && isPwmGpio(ledGpio)
      ? {
          path: () => headerPwm(SYSFS),
          missing: noPwmProblem(ledGpio),
          open: (path: string) => PwmLine.open(SYSFS, path, ledGpio, lampBrightness / 100),
        }
      : {
          path: chip,
          missing: NO_HEADER,
          open: (path: string) => GpioLine.output(kernel, path, ledGpio),
        }),
    permission,
    say,
  });
  const button =
    buttonGpio === undefined
      ? undefined
      : new Button({
          line: buttonGpio,
          path: chip,
          missing: NO_HEADER,
          open: (path) => GpioLine.input(kernel, path, buttonGpio, buttonPressed),
          permission,
          say,
        });
  return { sensor, led, button };
}
