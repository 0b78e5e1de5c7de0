/** Readings that the broker has not acknowledged yet. Pure: time is passed in. */
import { copyBytes } from "./mqtt/bytes";

/** A reading as it was taken. */
export interface StoredReading {
  /** Counts the readings since boot, from 1. */
  seq: number;
  /** When the reading was taken, ms since boot; stored to a tenth of a second. */
  takenMs: number;
  /** Light level, 0..1023. */
  light: number;
  /** The LED when the reading was taken. */
  ledOn: boolean;
}

/** Size of a stored reading, bytes: seq (4), time in tenths of a second (4), light and LED (2). */
const ENTRY_BYTES = 10;
const TICKS = 4;
const LEVEL = 8;
const LED_BIT = 0x8000;
const TICK_MS = 100;

/**
 * A queue of fixed size that never overflows. When the queue is full, it widens the minimum gap
 * between readings and drops those in between, evenly over the whole time span: a longer outage
 * costs resolution, not its beginning or end. The oldest and the newest reading always stay.
 */
export class Outbox {
  count = 0;
  private start = 0;
  /** Minimum gap between stored readings, except before the newest; in ticks. */
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
    this.put(at, reading.seq, 4);
    this.put(at + TICKS, ticks, 4);
    this.put(at + LEVEL, reading.light + (reading.ledOn ? LED_BIT : 0), 2);
  }

  /** The oldest reading, or undefined if the outbox is empty. */
  first(): StoredReading | undefined {
    if (this.count === 0) return undefined;
    const at = this.offset(0);
    const level = (this.bytes[at + LEVEL] as number) + (this.bytes[at + LEVEL + 1] as number) * 256;
    return {
      seq: this.u32(at),
      takenMs: this.u32(at + TICKS) * TICK_MS,
      light: level & ~LED_BIT,
      ledOn: level >= LED_BIT,
    };
  }

  /** Removes the oldest reading, once it has been acknowledged. */
  removeFirst(): void {
    if (this.count === 0) return;
    this.start = (this.start + 1) % this.capacity;
    this.count--;
    // There is room again: further readings are stored without a gap.
    this.gapTicks = 0;
  }

  /**
   * True while the newest reading is closer to its predecessor than the gap. The next reading then
   * replaces it.
   */
  private isCrowded(): boolean {
    const last = this.count - 1;
    return last > 0 && this.ticksAt(last) - this.ticksAt(last - 1) < this.gapTicks;
  }

  /**
   * Drops readings until at most half of the capacity plus two are left, evenly spread over their
   * time span. The virtual machine kills a program that takes 131,072 operations without a pause,
   * so the loop must be cheap per reading.
   */
  private thin(): void {
    const { bytes } = this;
    const last = this.count - 1;
    const end = bytes.length;
    let from = this.offset(0);
    let to = from;
    let keptTicks = this.u32(from + TICKS);
    const spanTicks = this.ticksAt(last) - keptTicks;
    const gapTicks = Math.max(2 * this.gapTicks, Math.ceil((2 * spanTicks) / this.capacity), 1);
    this.gapTicks = gapTicks;
    this.count = 1;
    for (let i = 1; i <= last; i++) {
      from += ENTRY_BYTES;
      if (from === end) from = 0;
      const ticks = this.u32(from + TICKS);
      if (i < last && ticks - keptTicks < gapTicks) continue;
      to += ENTRY_BYTES;
      if (to === end) to = 0;
      if (to !== from) copyBytes(bytes, to, bytes, from, ENTRY_BYTES);
      this.count++;
      keptTicks = ticks;
    }
  }

  private offset(index: number): number {
    return ((this.start + index) % this.capacity) * ENTRY_BYTES;
  }

  private ticksAt(index: number): number {
    return this.u32(this.offset(index) + TICKS);
  }

  private u32(at: number): number {
    const { bytes } = this;
    const low = (bytes[at] as number) + (bytes[at + 1] as number) * 0x100;
    return low + (bytes[at + 2] as number) * 0x10000 + (bytes[at + 3] as number) * 0x1000000;
  }

  /** Writes an unsigned number, least significant byte first. */
  private put(at: number, value: number, size: number): void {
    for (let i = 0; i < size; i++) {
      this.bytes[at + i] = value & 0xff;
      value = Math.floor(value / 256);
    }
  }
}
