/** A reading as received, not parsed yet. */
export interface HeldReading {
  topic: string;
  payload: Buffer;
  /** When the reading was received: Unix time (`atMs`) and monotonic time (`nowMs`), ms. */
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
  /** The held readings by device id, in order of arrival, oldest first. */
  private readonly held = new Map<string, Held>();
  private place = 0;

  /** @param keepMs how long a reading is held, ms, by the clock passed to `hold` and `prune` */
  constructor(private readonly keepMs: number) {}

  get size(): number {
    return this.held.size;
  }

  /**
   * Holds a device's reading in place of its previous one.
   * @param sinceMs the present `Presence.nowMs`, the clock by which servers are considered dead. A
   * slow broker delays beats and readings alike, and this clock too.
   */
  hold(id: string, reading: HeldReading, sinceMs: number): void {
    if (!this.held.delete(id) && this.held.size >= MAX_DEVICES) return;
    this.held.set(id, { reading, sinceMs, place: this.mark() });
  }

  /**
   * @returns the place of the message that is received now: greater than the place of every reading
   * held before, and less than that of every reading held later
   */
  mark(): number {
    return ++this.place;
  }

  /** Whether a held reading of a wanted device was received before `place`, a result of `mark`. */
  hasBefore(place: number, isWanted: (id: string) => boolean): boolean {
    for (const [id, held] of this.held) {
      if (held.place >= place) return false;
      if (isWanted(id)) return true;
    }
    return false;
  }

  /**
   * Forgets readings that have been held for longer than `keepMs`.
   * @param moreMs extra time on top of `keepMs`, ms
   */
  prune(nowMs: number, moreMs = 0): void {
    for (const [id, { sinceMs }] of this.held) {
      if (nowMs - sinceMs < this.keepMs + moreMs) return;
      this.held.delete(id);
    }
  }

  /** Forgets all readings. Called after a reconnect: newer readings may have been missed. */
  clear(): void {
    this.held.clear();
  }

  /**
   * Forgets readings received more than `keepMs` ago by the monotonic clock. Called after this
   * process was held up: newer readings may have been missed.
   */
  pruneByAge(nowMs: number): void {
    for (const [id, { reading }] of this.held) {
      if (nowMs - reading.nowMs < this.keepMs) return;
      this.held.delete(id);
    }
  }

  /** Stops holding the readings of the wanted devices, and returns these readings. */
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
