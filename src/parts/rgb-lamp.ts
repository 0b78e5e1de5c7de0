import * as core from "@devicescript/core";
import type { Lamp } from "../lamp";
import { nightColour } from "./night-colour";

/** The runtime's own function, which the declarations leave out (`impl_dsled.c`). */
interface LedStrip {
  /** @throws RangeError while the LED is busy */
  ledStripSend(gpio: number, data: Buffer): Promise<void>;
}

/** The board's own coloured LED, a WS2812B. In the simulator, a plain lamp. */
export class RgbLamp implements Lamp {
  readonly intensity = this;
  private readonly simulated: Lamp = core.isSimulator() ? new core.LightBulb() : undefined;

  constructor(private readonly gpio: number) {}

  /** @param value 0..1 */
  async write(value: number): Promise<void> {
    if (this.simulated) await this.simulated.intensity.write(value);
    else
      await (core as unknown as LedStrip).ledStripSend(this.gpio, Buffer.from(nightColour(value)));
  }
}
