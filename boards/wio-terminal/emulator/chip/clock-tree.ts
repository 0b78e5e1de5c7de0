/** The clock tree: oscillators, generators and dividers, connected as in the chip. Pure. */
import type { Clock } from "./clock";
import { Gclk } from "./gclk";
import { Mclk } from "./mclk";
import { Osc32kctrl, SLOW_HZ } from "./osc32kctrl";
import { Oscctrl } from "./oscctrl";
import type { Peripheral } from "./peripheral";

const CORE_HZ_MAX = 120_000_000;

export class ClockTree {
  readonly mclk = new Mclk();
  readonly peripherals: readonly Peripheral[];
  private readonly gclk: Gclk;

  /** @param onChange called after each write that may change a frequency */
  constructor(clock: Clock, onChange: () => void) {
    const oscctrl = new Oscctrl(clock);
    const osc32kctrl = new Osc32kctrl(clock);
    this.gclk = new Gclk({
      dfllHz: () => oscctrl.dfllHz,
      dpllHz: (index) => oscctrl.dpllHz(index),
      crystal32kHz: () => osc32kctrl.crystalHz,
      ulp32kHz: SLOW_HZ,
    });
    oscctrl.channelHz = (channel) => this.channelHz(channel);
    const parts = [oscctrl, osc32kctrl, this.gclk, this.mclk];
    for (const part of parts) part.onChange = onChange;
    this.peripherals = parts;
  }

  /** Frequency of a GCLK channel; 0 if the channel is off. */
  channelHz(channel: number): number {
    return this.gclk.channelHz(channel);
  }

  /** Frequency of the core. @throws if the core has no clock or would run too fast */
  get coreHz(): number {
    const hz = this.gclk.generatorHz(0) / this.mclk.coreDivider;
    if (hz === 0) throw new Error("GCLK: the core has no clock");
    if (hz > CORE_HZ_MAX) throw new Error(`GCLK: the core would run at ${hz} Hz`);
    return hz;
  }
}
