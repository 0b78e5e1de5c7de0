import type { Lamp } from "../lamp";

/** A lamp that can be dimmed: full on is as bright as `lampBrightness` of devicescript.json says. */
export class DimmedLamp implements Lamp {
  readonly intensity = this;

  /** @param brightness while it is on, 0..1 of its full light */
  constructor(
    private readonly lamp: Lamp,
    private readonly brightness: number,
  ) {}

  /** @param value 0..1 */
  async write(value: number): Promise<void> {
    await this.lamp.intensity.write(value * this.brightness);
  }
}
