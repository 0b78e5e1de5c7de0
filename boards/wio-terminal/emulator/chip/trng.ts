/** TRNG: one word every 84 cycles of the bus clock. The seeded generator makes runs repeatable. */
import type { Clock } from "./clock";
import { type Register, RegisterBlock } from "./registers";

const ENABLE = 2;
const CYCLES = 84;

export class Trng extends RegisterBlock {
  private readonly control: Register;
  private readyAtMicros = 0;

  constructor(
    private readonly clock: Clock,
    private readonly busHz: () => number,
    private seed: number,
  ) {
    super("TRNG", 0x4200_2800, 0x400);
    this.control = this.define({
      offset: 0x00,
      size: 1,
      writable: 0x42,
      written: () => this.begin(),
    });
    this.define({ offset: 0x08, size: 1, writable: 1 }); // INTENCLR
    this.define({ offset: 0x0a, size: 1, read: () => (this.isReady ? 1 : 0) });
    this.define({
      offset: 0x20,
      size: 4,
      read: () => {
        if (!this.isReady) throw new Error("TRNG: read before a number was ready");
        this.begin();
        return this.next();
      },
    });
  }

  private get isReady(): boolean {
    return (this.get(this.control) & ENABLE) !== 0 && this.clock.nowMicros >= this.readyAtMicros;
  }

  private begin(): void {
    this.readyAtMicros = this.clock.nowMicros + (CYCLES * 1e6) / this.busHz();
  }

  /** Advances the generator (xorshift32). */
  private next(): number {
    this.seed ^= this.seed << 13;
    this.seed ^= this.seed >>> 17;
    this.seed ^= this.seed << 5;
    return this.seed >>> 0;
  }
}
