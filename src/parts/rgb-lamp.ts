import * as core from "@devicescript/core";
import type { Lamp } from "../lamp";
import { nightColour } from "./night-colour";

/** A function of the runtime that its declarations omit (`impl_dsled.c`). */
interface LedStrip {
  /**
   * Sends colours to the LED.
   * @throws RangeError while the LED is busy
   */
  ledStripSend(gpio: number, data: Buffer): Promise<void>;
}

/** The board's own coloured LED, a WS2812B. In the simulator, Jacdac's LED with one pixel. */
export class RgbLamp implements Lamp {
  readonly intensity = this;
  private readonly simulated: core.Led = core.isSimulator() ? new core.Led() : undefined;

  constructor(private readonly gpio: number) {}

  /**
   * Sets the lamp.
   * @param value brightness, 0..1
   */
  async write(value: number): Promise<void> {
    const colour = nightColour(value);
    if (this.simulated) await this.simulated.pixels.write(Buffer.from(colour));
    else await this.send(colour[0], colour[1], colour[2]);
  }

  /** Sends the colour in the LED's byte order: WS2812B datasheet, 24 bits, G R B. */
  private async send(red: number, green: number, blue: number): Promise<void> {
    await (core as unknown as LedStrip).ledStripSend(this.gpio, Buffer.from([green, red, blue]));
  }
}
