import type { Lamp } from "../lamp";

/** A nightlight is bright enough for a dark room with a fifth of its light. */
const NIGHT_INTENSITY = 0.2;

/** An LED on a pin that dims it: full on is as bright as a nightlight has to be. */
export class DimmedLamp implements Lamp {
  readonly intensity = this;

  constructor(private readonly lamp: Lamp) {}

  /** @param value 0..1 */
  async write(value: number): Promise<void> {
    await this.lamp.intensity.write(value * NIGHT_INTENSITY);
  }
}
