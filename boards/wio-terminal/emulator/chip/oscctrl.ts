/**
 * OSCCTRL: the 48 MHz oscillator and the two PLLs. The crystal oscillators are not modelled: the
 * schematic shows a crystal at XOSC1, but it is not known whether boards have the part.
 */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const DFLL_ENABLE = 1 << 1;
const DFLL_HZ = 48_000_000;
const STATUS_DFLLRDY = 1 << 8;
const DPLL_ENABLE = 1 << 1;
const DPLL_LOCKED = 0b11;
const REFCLK_GCLK = 0;
/** Permitted range. Datasheet, electrical characteristics of the FDPLL200M. */
const REFERENCE_HZ = { min: 32_000, max: 3_200_000 };
const OUTPUT_HZ = { min: 96_000_000, max: 200_000_000 };
const DFLL_START_MICROS = 10;
const DPLL_LOCK_MICROS = 100;
const CHANNEL_OF_DPLL = [1, 2] as const;

interface Dpll {
  readonly enable: Register;
  readonly ratio: Register;
  readonly control: Register;
  lockedAtMicros: number;
}

export class Oscctrl extends RegisterBlock {
  /** Frequency of a GCLK channel. */
  channelHz: (channel: number) => number = () => 0;
  onChange: () => void = () => undefined;
  private readonly dfll: Register;
  private readonly dplls: Dpll[];
  private dfllReadyAtMicros = 0;

  constructor(private readonly clock: Clock) {
    super("OSCCTRL", 0x4000_1000, 0x400);
    this.define({
      offset: 0x10,
      size: 4,
      read: () => {
        const ready = this.dfllHz > 0 && clock.nowMicros >= this.dfllReadyAtMicros;
        return ready ? STATUS_DFLLRDY : 0;
      },
    });
    this.define({ offset: 0x0c, size: 4, writable: 0 }); // INTFLAG: writing ones clears bits
    this.dfll = this.define({
      offset: 0x1c,
      size: 1,
      reset: 0x82,
      writable: 0xc2,
      written: (value, before) => {
        if (value & ~before & DFLL_ENABLE)
          this.dfllReadyAtMicros = clock.nowMicros + DFLL_START_MICROS;
        this.onChange();
      },
    });
    this.define({ offset: 0x20, size: 1 }); // DFLLCTRLB
    // DFLLVAL: a calibration value that differs from chip to chip.
    this.define({ offset: 0x24, size: 4, reset: 0x0000_8080, writable: 0xffff_fcff });
    this.define({ offset: 0x28, size: 4, writable: 0xfcff_ffff }); // DFLLMUL
    this.define({ offset: 0x2c, size: 1, read: () => 0 }); // DFLLSYNC
    this.dplls = [this.defineDpll(0), this.defineDpll(1)];
  }

  get dfllHz(): number {
    return this.get(this.dfll) & DFLL_ENABLE ? DFLL_HZ : 0;
  }

  dpllHz(index: 0 | 1): number {
    const dpll = this.dplls[index];
    if (!dpll || !this.isLocked(dpll)) return 0;
    const ratio = this.get(dpll.ratio);
    const reference = this.channelHz(CHANNEL_OF_DPLL[index]);
    if (reference < REFERENCE_HZ.min || reference > REFERENCE_HZ.max)
      throw new Error(`OSCCTRL: DPLL${index} has a reference of ${reference} Hz`);
    const hz = reference * ((ratio & 0x1fff) + 1 + ((ratio >>> 16) & 0x1f) / 32);
    if (hz < OUTPUT_HZ.min || hz > OUTPUT_HZ.max)
      throw new Error(`OSCCTRL: DPLL${index} would run at ${hz} Hz`);
    return hz;
  }

  private isLocked({ enable, lockedAtMicros }: Dpll): boolean {
    return (this.get(enable) & DPLL_ENABLE) !== 0 && this.clock.nowMicros >= lockedAtMicros;
  }

  private defineDpll(index: 0 | 1): Dpll {
    const base = 0x30 + 0x14 * index;
    const enable = this.define({
      offset: base,
      size: 1,
      reset: 0x80,
      writable: 0xc2,
      written: (value, before) => {
        if (value & ~before & DPLL_ENABLE) {
          if (((this.get(dpll.control) >>> 5) & 7) !== REFCLK_GCLK)
            throw new Error(`OSCCTRL: DPLL${index}'s reference is not GCLK: not modelled`);
          if (this.channelHz(CHANNEL_OF_DPLL[index]) === 0)
            throw new Error(`OSCCTRL: DPLL${index} is enabled without a reference clock`);
          dpll.lockedAtMicros = this.clock.nowMicros + DPLL_LOCK_MICROS;
        }
        this.onChange();
      },
    });
    const dpll: Dpll = {
      enable,
      ratio: this.define({ offset: base + 4, size: 4, writable: 0x001f_1fff }),
      control: this.define({ offset: base + 8, size: 4, reset: 0x20, writable: 0x07ff_ffff }),
      lockedAtMicros: 0,
    };
    this.define({ offset: base + 0xc, size: 4, read: () => 0 }); // SYNCBUSY
    this.define({
      offset: base + 0x10,
      size: 4,
      read: () => (this.isLocked(dpll) ? DPLL_LOCKED : 0),
    });
    return dpll;
  }
}
