/** A message as received, not parsed yet. */
export interface HeldReading {
  topic: string;
  payload: Buffer;
  /** When it was received: Unix time, and monotonic time, ms. */
  atMs: number;
  nowMs: number;
}

interface Held {
  reading: HeldReading;
  sinceMs: number;
  place: number;
}

/**
 * Maximum number of devices with a held reading. Ids are untrusted input, so this bounds the
 * memory.
 */
const MAX_DEVICES = 100_000;

/**
 * Holds the last reading of each device that another server decides for, until that server must
 * have decided it. If the server turns out to be dead, this server decides the reading. Pure.
 */
export class HeldReadings {
  /** In order of arrival, oldest first. */
  private readonly held = new Map<string, Held>();
  private place = 0;

  /** @param keepMs how long a reading is held, by the clock of `hold` and `prune` */
  constructor(private readonly keepMs: number) {}

  get size(): number {
    return this.held.size;
  }

  /**
   * @param sinceMs `Presence.nowMs`, the clock by which servers are considered dead. A slow broker
   * delays beats and readings alike, and this clock with them.
   */
  hold(id: string, reading: HeldReading, sinceMs: number): void {
    if (!this.held.delete(id) && this.held.size >= MAX_DEVICES) return;
    this.held.set(id, { reading, sinceMs, place: this.mark() });
  }

  /**
   * @returns the place of the message that is received now: greater than that of every reading held
   * before, and less than that of every reading held later
   */
  mark(): number {
    return ++this.place;
  }

  /** Whether a reading of one of these devices was received before that place. */
  hasBefore(place: number, isWanted: (id: string) => boolean): boolean {
    for (const [id, held] of this.held) {
      if (held.place >= place) return false;
      if (isWanted(id)) return true;
    }
    return false;
  }

  /**
   * Forgets readings that have been held for longer than `keepMs`.
   * @param moreMs added to `keepMs`
   */
  prune(nowMs: number, moreMs = 0): void {
    for (const [id, { sinceMs }] of this.held) {
      if (nowMs - sinceMs < this.keepMs + moreMs) return;
      this.held.delete(id);
    }
  }

  /** Forgets all readings. While a connection was lost, newer readings may have been missed. */
  clear(): void {
    this.held.clear();
  }

  /**
   * Forgets readings received more than `keepMs` ago, monotonic: newer ones may have been missed.
   */
  outlived(nowMs: number): void {
    for (const [id, { reading }] of this.held) {
      if (nowMs - reading.nowMs < this.keepMs) return;
      this.held.delete(id);
    }
  }

  /** @returns the held readings of these devices, and stops holding them */
  take(isWanted: (id: string) => boolean): HeldReading[] {
    const taken: HeldReading[] = [];
    for (const [id, { reading }] of this.held) {
      if (!isWanted(id)) continue;
      this.held.delete(id);
      taken.push(reading);
    }
    return taken;
  }
}
