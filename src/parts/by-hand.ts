import type { Lamp } from "../lamp";

/** A lamp that a button switches over, until the program sets it again: as the Wio Terminal's A. */
export class ByHand implements Lamp {
  readonly intensity = this;
  isOn = false;
  isByHand = false;

  constructor(private readonly lamp: Lamp) {}

  /** What the button says. */
  async switchOver(): Promise<void> {
    await this.set(!this.isOn, true);
  }

  /** What the program says. @param value 0..1 */
  async write(value: number): Promise<void> {
    await this.set(value > 0, false);
  }

  private async set(on: boolean, byHand: boolean): Promise<void> {
    this.isOn = on;
    this.isByHand = byHand;
    await this.lamp.intensity.write(on ? 1 : 0);
  }
}
