/** GCLK: twelve generators, and the channels that carry their clocks to the peripherals. */
import { type Register, RegisterBlock } from "./registers";

const GENERATORS = 12;
const CHANNELS = 48;
const GENCTRL = { source: 0xf, enable: 1 << 8, divsel: 1 << 12 } as const;
const PCHCTRL = { generator: 0xf, enable: 1 << 6 } as const;
const SWRST = 1;
/** Divider width. Only generator 1 divides by up to 65535. */
const DIVIDER_BITS = (generator: number): number => (generator === 1 ? 16 : 8);

/** Frequencies of a generator's sources; 0 if a source is off. */
export interface ClockSources {
  readonly dfllHz: () => number;
  readonly dpllHz: (index: 0 | 1) => number;
  readonly crystal32kHz: () => number;
  readonly ulp32kHz: number;
}

export class Gclk extends RegisterBlock {
  onChange: () => void = () => undefined;
  private readonly generators: Register[] = [];
  private readonly channels: Register[] = [];

  constructor(private readonly sources: ClockSources) {
    super("GCLK", 0x4000_1c00, 0x400);
    this.define({
      offset: 0,
      size: 1,
      writable: 0,
      written: (value) => {
        if (value & SWRST) this.reset();
        this.onChange();
      },
    });
    this.define({ offset: 4, size: 4, read: () => 0 }); // SYNCBUSY
    for (let index = 0; index < GENERATORS; index++) {
      this.generators.push(
        this.define({
          offset: 0x20 + 4 * index,
          size: 4,
          writable: 0xffff_3f0f,
          reset: index === 0 ? 0x106 : 0, // source: the 48 MHz oscillator
          written: (value) => {
            if (value >>> 16 >= 2 ** DIVIDER_BITS(index))
              throw new Error(`GCLK: generator ${index} can't divide by ${value >>> 16}`);
            this.onChange();
          },
        }),
      );
    }
    for (let index = 0; index < CHANNELS; index++) {
      this.channels.push(
        this.define({
          offset: 0x80 + 4 * index,
          size: 4,
          writable: 0xcf,
          written: () => this.onChange(),
        }),
      );
    }
  }

  generatorHz(index: number): number {
    const register = this.generators[index];
    if (!register) throw new Error(`GCLK has no generator ${index}`);
    const control = this.get(register);
    if (!(control & GENCTRL.enable)) return 0;
    const divider = control >>> 16;
    const factor = control & GENCTRL.divsel ? 2 ** (divider + 1) : Math.max(1, divider);
    return this.sourceHz(control & GENCTRL.source) / factor;
  }

  /** @returns 0 if the channel is off */
  channelHz(channel: number): number {
    const register = this.channels[channel];
    if (!register) throw new Error(`GCLK has no channel ${channel}`);
    const control = this.get(register);
    return control & PCHCTRL.enable ? this.generatorHz(control & PCHCTRL.generator) : 0;
  }

  private sourceHz(source: number): number {
    const { dfllHz, dpllHz, crystal32kHz, ulp32kHz } = this.sources;
    switch (source) {
      case 4:
        return ulp32kHz;
      case 5:
        return crystal32kHz();
      case 6:
        return dfllHz();
      case 7:
        return dpllHz(0);
      case 8:
        return dpllHz(1);
      default:
        throw new Error(`GCLK: source ${source} is not modelled`);
    }
  }
}
