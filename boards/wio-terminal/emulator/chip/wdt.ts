/**
 * WDT: resets the chip if the program does not clear the watchdog in time. Its clock has 1,024 Hz.
 */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const ENABLE = 2;
const ALWAYS_ON = 1 << 7;
const WINDOW = 4;
const CLEAR_KEY = 0xa5;
const TICK_MICROS = 1e6 / 1024;
/** The maximum of CONFIG.PER. The period is 8 cycles, doubled that number of times. */
const PERIOD_MAX = 0xb;

export class Wdt extends RegisterBlock {
  private readonly control: Register;
  private readonly config: Register;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onExpiry: () => void,
  ) {
    super("WDT", 0x4000_2000, 0x400);
    this.control = this.define({
      offset: 0,
      size: 1,
      writable: 0x86,
      written: (value, before) => {
        if (value & WINDOW) throw new Error("WDT: the window mode is not modelled");
        if (before & ALWAYS_ON) throw new Error("WDT: it is always on");
        this.restart();
      },
    });
    this.config = this.define({
      offset: 1,
      size: 1,
      reset: 0xbb,
      written: (value) => {
        if (this.get(this.control) & ENABLE) throw new Error("WDT: configured while it is on");
        if ((value & 0xf) > PERIOD_MAX) throw new Error("WDT: a reserved period");
      },
    });
    this.define({ offset: 6, size: 1, writable: 0 });
    this.define({ offset: 8, size: 4, read: () => 0 }); // SYNCBUSY
    this.define({
      offset: 0xc,
      size: 1,
      writable: 0,
      written: (value) => {
        // Any other value resets the chip at once: datasheet, WDT, CLEAR.
        if (value === CLEAR_KEY) this.restart();
        else this.onExpiry();
      },
    });
  }

  override reset(): void {
    super.reset();
    this.cancel();
  }

  private restart(): void {
    this.cancel();
    if (!(this.get(this.control) & ENABLE)) return;
    const cycles = 8 << (this.get(this.config) & 0xf);
    this.cancel = this.clock.at(this.clock.nowMicros + cycles * TICK_MICROS, this.onExpiry);
  }
}
