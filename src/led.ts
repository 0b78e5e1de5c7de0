import { delay, millis } from "@devicescript/core";
import type { Lamp } from "./lamp";

/** The LED, and who decided its state. */
export class Led {
  on = false;
  /** When the LED last changed, ms since boot. */
  changedMs = 0;
  decidedBy: "server" | "device" = "server";

  constructor(private readonly bulb: Lamp) {}

  /** Blinks for two seconds, so that a person can find the device. */
  async identify(): Promise<void> {
    for (let i = 0; i < 10; i++) {
      await this.bulb.intensity.write(i % 2 === 0 ? 1 : 0);
      await delay(200);
    }
    await this.bulb.intensity.write(this.on ? 1 : 0);
  }

  /**
   * Switches the LED, and notes who decided that.
   * @returns whether the LED or `decidedBy` changed
   */
  async set(on: boolean, decidedBy: "server" | "device"): Promise<boolean> {
    const changed = on !== this.on || decidedBy !== this.decidedBy;
    this.decidedBy = decidedBy;
    if (on !== this.on) {
      this.on = on;
      this.changedMs = millis();
      await this.bulb.intensity.write(on ? 1 : 0);
    }
    return changed;
  }
}
