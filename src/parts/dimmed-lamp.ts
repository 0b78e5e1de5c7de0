import type { Lamp } from "../lamp";

/** A dimmable lamp: "on" is as bright as `lampBrightness` of devicescript.json. */
export class DimmedLamp implements Lamp {
  readonly intensity = this;

  /** @param brightness while the lamp is on, 0..1 of its full light */
  constructor(
    private readonly lamp: Lamp,
    private readonly brightness: number,
  ) {}

  /**
   * Sets the lamp.
   * @param value 0..1, scaled by the brightness of the lamp while it is on
   */
  async write(value: number): Promise<void> {
    await this.lamp.intensity.write(value * this.brightness);
  }
}
