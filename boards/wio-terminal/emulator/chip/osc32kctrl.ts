/** OSC32KCTRL: the two 32 kHz oscillators. */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

export const SLOW_HZ = 32_768;
const XOSC32K_ENABLE = 1 << 1;
const XOSC32K_EN32K = 1 << 3;
const STATUS_XOSC32KRDY = 1;
/** Start-up time of the crystal. A tuning-fork crystal starts slowly. */
const CRYSTAL_START_MICROS = 500_000;

export class Osc32kctrl extends RegisterBlock {
  onChange: () => void = () => undefined;
  private readonly crystal: Register;
  private readonly rtc: Register;
  private readyAtMicros = 0;

  constructor(private readonly clock: Clock) {
    super("OSC32KCTRL", 0x4000_1400, 0x400);
    this.define({ offset: 0x08, size: 4, writable: 0 }); // INTFLAG
    this.define({ offset: 0x0c, size: 4, read: () => (this.isReady ? STATUS_XOSC32KRDY : 0) });
    this.rtc = this.define({ offset: 0x10, size: 1, writable: 7 });
    this.crystal = this.define({
      offset: 0x14,
      size: 2,
      reset: 0x2080,
      writable: 0x77de,
      written: (value, before) => {
        if (value & ~before & XOSC32K_ENABLE)
          this.readyAtMicros = clock.nowMicros + CRYSTAL_START_MICROS;
        this.onChange();
      },
    });
    this.define({ offset: 0x16, size: 1, writable: 7 }); // CFDCTRL
    this.define({ offset: 0x1c, size: 4 }); // OSCULP32K
  }

  get crystalHz(): number {
    return this.isReady && this.get(this.crystal) & XOSC32K_EN32K ? SLOW_HZ : 0;
  }

  /** Frequency of the source that RTCCTRL selects. */
  get rtcHz(): number {
    switch (this.get(this.rtc)) {
      case 0:
        return SLOW_HZ / 32;
      case 1:
        return SLOW_HZ;
      case 4:
        return this.isReady ? SLOW_HZ / 32 : 0;
      case 5:
        return this.crystalHz;
      default:
        throw new Error("OSC32KCTRL: a reserved source for the RTC");
    }
  }

  private get isReady(): boolean {
    const enabled = (this.get(this.crystal) & XOSC32K_ENABLE) !== 0;
    return enabled && this.clock.nowMicros >= this.readyAtMicros;
  }
}
