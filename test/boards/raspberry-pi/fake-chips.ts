import type { FakeChip } from "./fake-pi";

const SUPPLY_V = 3.3;

/** A simulated ADS1115 of Texas Instruments at 3.3 V, modelled on its datasheet SBAS444E. */
export class FakeAds1115 implements FakeChip {
  /** Voltages at AIN0 to AIN3. */
  readonly volts = [0, 0, 0, 0];
  /** Configuration register, with its value after power-up (datasheet, 8.1.3). */
  config = 0x8583;
  private conversion = 0;
  private pointer = 0;
  private busyUntilMs = 0;

  /** @param nowMs the chip's clock: a conversion takes time */
  constructor(private readonly nowMs: () => number) {}

  /**
   * Handles a write: the register pointer, optionally followed by the register's two bytes, high
   * byte first (datasheet, 7.5.3).
   */
  write([pointer = 0, high, low]: number[]): void {
    this.pointer = pointer;
    if (high === undefined || low === undefined || pointer !== 1) return;
    const value = (high << 8) | low;
    this.config = value & 0x7fff;
    if ((value & 0x8000) !== 0) this.convert();
  }

  read(count: number): number[] {
    const isBusy = this.nowMs() < this.busyUntilMs;
    const value = this.pointer === 1 ? this.config | (isBusy ? 0 : 0x8000) : this.conversion;
    return [value >> 8, value & 0xff].slice(0, count);
  }

  private convert(): void {
    const field = (shift: number, bits: number) => (this.config >> shift) & (2 ** bits - 1);
    // Datasheet, 8.1.3: MUX values 100 to 111 measure against ground. PGA sets the full scale. DR
    // is in samples a second, and the real rate may be 10 % lower.
    const plus = this.volts[field(12, 3) - 4] ?? 0;
    const fullScaleV = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256][field(9, 3)] ?? 0;
    const rate = [8, 16, 32, 64, 128, 250, 475, 860][field(5, 3)] ?? 0;
    const steps = Math.round((Math.min(plus, SUPPLY_V) / fullScaleV) * 32768);
    this.conversion = Math.max(-32768, Math.min(32767, steps)) & 0xffff;
    this.busyUntilMs = this.nowMs() + 1100 / rate;
  }
}

/**
 * A simulated MCP3008 of Microchip at 3.3 V, bit by bit, modelled on its datasheet DS21295D, 5.0
 * and figure 6-1.
 */
export class FakeMcp3008 {
  /** Voltages at CH0 to CH7. */
  readonly volts = [0, 0, 0, 0, 0, 0, 0, 0];
  /** Level of the data line while nothing drives it. */
  pull = 0;
  isThere = true;

  exchange(bytes: number[]): number[] {
    const sent = bytes.flatMap((byte) => bitsOf(byte, 8));
    const start = sent.indexOf(1);
    const answer = sent.map(() => this.pull);
    if (this.isThere && start >= 0) {
      const [single, ...address] = sent.slice(start + 1, start + 5);
      const channel = address.reduce((value, bit) => value * 2 + bit, 0);
      if (single !== 1) throw new Error("expected a channel against ground");
      const volts = this.volts[channel] ?? 0;
      const value = bitsOf(Math.min(1023, Math.floor((1024 * volts) / SUPPLY_V)), 10);
      // After one clock to sample, the chip sends the null bit and the ten bits. Then it sends all
      // bits but the last once more, in reverse order.
      const out = [0, ...value, ...value.slice(0, -1).reverse()];
      for (let at = start + 6; at < answer.length; at++) answer[at] = out[at - start - 6] ?? 0;
    }
    return bytes.map((_, index) => numberOf(answer.slice(8 * index, 8 * index + 8)));
  }
}

function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, bit) => (value >> (count - 1 - bit)) & 1);
}

function numberOf(bits: number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0);
}
