import type { Lamp } from "../lamp";

/**
 * A lamp that a button toggles until the program sets it again, like button A of the Wio Terminal.
 */
export class ToggledLamp implements Lamp {
  readonly intensity = this;
  isOn = false;
  isByHand = false;

  constructor(private readonly lamp: Lamp) {}

  /** Called when the button is pressed. */
  async toggle(): Promise<void> {
    await this.set(!this.isOn, true);
  }

  /** Sets the lamp; called by the program. @param value 0..1 */
  async write(value: number): Promise<void> {
    await this.set(value > 0, false);
  }

  private async set(on: boolean, byHand: boolean): Promise<void> {
    this.isOn = on;
    this.isByHand = byHand;
    await this.lamp.intensity.write(on ? 1 : 0);
  }
}
