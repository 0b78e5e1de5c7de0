/** TC0, with TC1 as the upper half: a 32-bit counter. A command latches the count for reading. */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const SWRST = 1;
const ENABLE = 2;
const MODE_COUNT32 = 2 << 2;
const MODE_MASK = 3 << 2;
const PRESCALERS = [1, 2, 4, 8, 16, 64, 256, 1024] as const;
const COMMAND_MASK = 7 << 5;
const COMMAND_READSYNC = 4 << 5;

export class Tc extends RegisterBlock {
  private readonly control: Register;
  private readonly count: Register;
  private startedMicros = 0;

  constructor(
    private readonly clock: Clock,
    private readonly hz: () => number,
  ) {
    super("TC0", 0x4000_3800, 0x400);
    this.control = this.define({
      offset: 0x00,
      size: 4,
      writable: 0x1b33_0fff,
      written: (value, before) => {
        if (value & SWRST) {
          this.reset();
          return;
        }
        if (value & ENABLE && (value & MODE_MASK) !== MODE_COUNT32)
          throw new Error("TC0: only the 32-bit mode is modelled");
        if (value & ~before & ENABLE) this.startedMicros = clock.nowMicros;
      },
    });
    this.define({ offset: 0x04, size: 1, writable: 0 }); // CTRLBCLR
    this.define({
      offset: 0x05,
      size: 1,
      writable: 0,
      written: (value) => {
        if ((value & COMMAND_MASK) !== COMMAND_READSYNC)
          throw new Error("TC0: only the command READSYNC is modelled");
        this.set(this.count, this.now());
      },
    });
    this.define({ offset: 0x10, size: 4, read: () => 0 }); // SYNCBUSY
    this.count = this.define({ offset: 0x14, size: 4, writable: 0 });
  }

  private now(): number {
    const control = this.get(this.control);
    if (!(control & ENABLE)) return 0;
    const hz = this.hz() / (PRESCALERS[(control >>> 8) & 7] ?? 1);
    // The count wraps at 32 bits. Doubles are exact for far more than a year.
    return Math.floor(((this.clock.nowMicros - this.startedMicros) * hz) / 1e6) % 2 ** 32;
  }
}
