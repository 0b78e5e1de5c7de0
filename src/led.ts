import { LightBulb } from "@devicescript/core";

/** The LED, and who has decided it. */
export class Led {
  on = false;
  decidedBy: "server" | "device" = "server";

  constructor(private readonly bulb: LightBulb) {}

  /** @returns whether anything changed */
  async set(on: boolean, decidedBy: "server" | "device"): Promise<boolean> {
    const changed = on !== this.on || decidedBy !== this.decidedBy;
    this.decidedBy = decidedBy;
    if (on !== this.on) {
      this.on = on;
      await this.bulb.intensity.write(on ? 1 : 0);
    }
    return changed;
  }
}
