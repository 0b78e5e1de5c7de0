/** DWT: the cycle counter, which Arduino's core uses for delays. ARMv7-M, C1.8. */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const CYCCNTENA = 1;
/** Four comparators. They are not modelled. */
const NUMCOMP = 4 << 28;

export class Dwt extends RegisterBlock {
  private readonly control: Register;
  private readonly count: Register;
  private sinceMicros = 0;

  constructor(
    private readonly clock: Clock,
    private readonly coreHz: () => number,
    /** Whether the bit DEMCR.TRCENA is set. */
    private readonly isEnabled: () => boolean,
  ) {
    super("DWT", 0xe000_1000, 0x1000);
    this.control = this.define({ offset: 0x00, size: 4, reset: NUMCOMP, writable: 0x017f_1fff });
    this.count = this.define({
      offset: 0x04,
      size: 4,
      read: () => this.cycles(),
      written: () => (this.sinceMicros = this.clock.nowMicros),
    });
  }

  /**
   * Saves the current count. Call this before the core's clock changes, and before the counter
   * stops or starts.
   */
  settle(): void {
    this.set(this.count, this.cycles());
    this.sinceMicros = this.clock.nowMicros;
  }

  override write(offset: number, size: number, value: number): void {
    this.settle();
    super.write(offset, size, value);
  }

  private cycles(): number {
    const counts = this.isEnabled() && (this.get(this.control) & CYCCNTENA) !== 0;
    const micros = counts ? this.clock.nowMicros - this.sinceMicros : 0;
    return (this.get(this.count) + Math.floor((micros * this.coreHz()) / 1e6)) % 2 ** 32;
  }
}
