/** The readings that the broker has not acknowledged yet. Pure: time comes in; imports nothing. */

/** A reading as it was taken. */
export interface StoredReading {
  /** Counts the readings since boot, from 1. */
  seq: number;
  /** Milliseconds since boot when it was taken; kept to a tenth of a second. */
  takenMs: number;
  /** Light level, 0..1023. */
  light: number;
  /** The LED at that time. */
  ledOn: boolean;
}

/** seq (4), time in tenths of a second (4), light and LED (2). */
const ENTRY_BYTES = 10;
const LED_BIT = 0x8000;
const TICK_MS = 100;

/**
 * A queue of fixed size that never overflows. When it is full, it widens the gap between readings
 * and keeps only those that are so far apart, evenly over the whole time that it spans: a longer
 * outage costs resolution, not its beginning or end. The oldest and the newest always stay.
 */
export class Outbox {
  count = 0;
  private start = 0;
  /** No two kept readings are closer than this, but for the newest; in ticks. */
  private gapTicks = 0;
  private readonly bytes: Buffer;

  /** @param capacity readings, at least 4; each costs 10 bytes */
  constructor(private readonly capacity: number) {
    this.bytes = Buffer.alloc(capacity * ENTRY_BYTES);
  }

  push(reading: StoredReading): void {
    const ticks = Math.floor(reading.takenMs / TICK_MS);
    if (this.count === this.capacity && !this.isCrowded()) this.thin();
    if (!this.isCrowded()) this.count++;
    const at = this.offset(this.count - 1);
    this.write32(at, reading.seq);
    this.write32(at + 4, ticks);
    const level = reading.ledOn ? reading.light | LED_BIT : reading.light;
    this.bytes[at + 8] = level & 0xff;
    this.bytes[at + 9] = level >> 8;
  }

  /** The oldest, or undefined when there is none. */
  first(): StoredReading | undefined {
    if (this.count === 0) return undefined;
    const at = this.offset(0);
    const level = (this.bytes[at + 8] as number) | ((this.bytes[at + 9] as number) << 8);
    return {
      seq: this.read32(at),
      takenMs: this.read32(at + 4) * TICK_MS,
      light: level & ~LED_BIT,
      ledOn: (level & LED_BIT) !== 0,
    };
  }

  /** Takes the oldest out, once it has been acknowledged. */
  removeFirst(): void {
    if (this.count === 0) return;
    this.start = (this.start + 1) % this.capacity;
    this.count--;
    if (this.count === 0) this.gapTicks = 0;
  }

  /** While the newest is closer to its forerunner than the gap, the next one takes its place. */
  private isCrowded(): boolean {
    const last = this.count - 1;
    return last > 0 && this.ticksAt(last) - this.ticksAt(last - 1) < this.gapTicks;
  }

  /** Leaves at most half and two, evenly spread over the time that they span. */
  private thin(): void {
    const last = this.count - 1;
    const spanTicks = this.ticksAt(last) - this.ticksAt(0);
    this.gapTicks = Math.max(2 * this.gapTicks, Math.ceil((2 * spanTicks) / this.capacity), 1);
    let kept = 1;
    let keptTicks = this.ticksAt(0);
    for (let i = 1; i <= last; i++) {
      const ticks = this.ticksAt(i);
      if (i < last && ticks - keptTicks < this.gapTicks) continue;
      this.copyEntry(i, kept);
      kept++;
      keptTicks = ticks;
    }
    this.count = kept;
  }

  private copyEntry(from: number, to: number): void {
    const source = this.offset(from);
    const target = this.offset(to);
    for (let i = 0; i < ENTRY_BYTES; i++) this.bytes[target + i] = this.bytes[source + i] as number;
  }

  private offset(index: number): number {
    return ((this.start + index) % this.capacity) * ENTRY_BYTES;
  }

  private ticksAt(index: number): number {
    return this.read32(this.offset(index) + 4);
  }

  private read32(at: number): number {
    const high = (this.bytes[at + 2] as number) | ((this.bytes[at + 3] as number) << 8);
    return ((this.bytes[at] as number) | ((this.bytes[at + 1] as number) << 8)) + high * 65536;
  }

  private write32(at: number, value: number): void {
    const high = Math.floor(value / 65536);
    this.bytes[at] = value & 0xff;
    this.bytes[at + 1] = (value >> 8) & 0xff;
    this.bytes[at + 2] = high & 0xff;
    this.bytes[at + 3] = (high >> 8) & 0xff;
  }
}
