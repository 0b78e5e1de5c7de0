import type { Clock } from "./clock";

const ENABLE = 1;
const INTERRUPT = 2;
/**
 * Selects the core's own clock. The bit always reads as 1, because the chip has no other clock:
 * B3.3.3.
 */
const CLKSOURCE = 4;
const COUNTED = 1 << 16;
const COUNTER_MASK = 0xff_ffff;

/**
 * The core's tick (ARMv7-M Architecture Reference Manual, B3.3): counts down from RVR to 0, then
 * starts again.
 * @param every delivers one of this many ticks; the others are lost, as if the core were busy
 */
export class SysTick {
  private csr = CLKSOURCE;
  private rvr = 0;
  private startedMicros = 0;
  private counted = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly coreHz: () => number,
    private readonly onTick: () => void,
    private readonly every = 1,
  ) {}

  /** @param offset the register's address, relative to 0xE000E010 */
  read(offset: number): number {
    switch (offset) {
      case 0: {
        const value = this.csr | (this.counted ? COUNTED : 0);
        this.counted = false;
        return value;
      }
      case 4:
        return this.rvr;
      case 8: {
        if (!(this.csr & ENABLE)) return 0;
        const round = this.rvr + 1;
        const cycles = ((this.clock.nowMicros - this.startedMicros) * this.coreHz()) / 1e6;
        // The next round begins with the tick itself, even if the tick is late.
        return this.rvr - (Math.floor(Math.min(cycles, this.every * round - 1)) % round);
      }
      default:
        return 0x8000_0000; // CALIB: no reference clock
    }
  }

  write(offset: number, value: number): void {
    if (offset === 0) {
      const before = this.csr;
      this.csr = (value & (ENABLE | INTERRUPT)) | CLKSOURCE;
      if ((this.csr ^ before) & ENABLE) this.restart();
    } else if (offset === 4) this.rvr = value & COUNTER_MASK;
    else if (offset === 8) this.restart();
  }

  /** Starts a new round. Call this when the core's clock has changed. */
  restart(): void {
    this.cancel();
    this.counted = false;
    this.startedMicros = this.clock.nowMicros;
    if (this.csr & ENABLE && this.rvr > 0) this.await(this.startedMicros);
  }

  reset(): void {
    this.csr = CLKSOURCE;
    this.rvr = 0;
    this.restart();
  }

  private await(fromMicros: number): void {
    const due = fromMicros + (this.every * (this.rvr + 1) * 1e6) / this.coreHz();
    const tick = (): void => {
      this.counted = true;
      this.startedMicros = Math.max(due, this.clock.nowMicros);
      if (this.csr & INTERRUPT) this.onTick();
      this.await(this.startedMicros);
    };
    this.cancel = this.clock.at(due, tick);
  }
}
