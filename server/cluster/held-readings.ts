/** A message as it came, not yet looked into. */
export interface HeldReading {
  topic: string;
  payload: Buffer;
  /** When it came: Unix time, and by the monotonic clock, ms. */
  atMs: number;
  nowMs: number;
}

interface Held {
  reading: HeldReading;
  sinceMs: number;
  place: number;
}

/** Strangers choose ids: beyond this many devices, new ones are not held. */
const MAX_DEVICES = 100_000;

/**
 * The last reading of each device that another server decides for, as long as it may turn out
 * that the other one was not there any more to decide it. Pure.
 */
export class HeldReadings {
  /** In the order in which they came, so that the oldest are first. */
  private readonly held = new Map<string, Held>();
  private place = 0;

  /** @param keepMs how long a reading is held, by the time of `hold` and `prune` */
  constructor(private readonly keepMs: number) {}

  get size(): number {
    return this.held.size;
  }

  /** @param sinceMs by the clock that tells who is gone: a broker may hold up both */
  hold(id: string, reading: HeldReading, sinceMs: number): void {
    if (!this.held.delete(id) && this.held.size >= MAX_DEVICES) return;
    this.held.set(id, { reading, sinceMs, place: this.mark() });
  }

  /** @returns the place of what comes now, between the readings before and those after it */
  mark(): number {
    return ++this.place;
  }

  /** Whether one of these devices' readings came before that place. */
  hasBefore(place: number, isWanted: (id: string) => boolean): boolean {
    for (const [id, held] of this.held) {
      if (held.place >= place) return false;
      if (isWanted(id)) return true;
    }
    return false;
  }

  /**
   * Forgets those that are too old.
   * @param moreMs for how much longer they are held
   */
  prune(nowMs: number, moreMs = 0): void {
    for (const [id, { sinceMs }] of this.held) {
      if (nowMs - sinceMs < this.keepMs + moreMs) return;
      this.held.delete(id);
    }
  }

  /** Forgets all: while a connection was lost, newer ones may have passed. */
  clear(): void {
    this.held.clear();
  }

  /** Forgets those that came so long ago: there may have been newer ones that were not heard. */
  outlived(nowMs: number): void {
    for (const [id, { reading }] of this.held) {
      if (nowMs - reading.nowMs < this.keepMs) return;
      this.held.delete(id);
    }
  }

  /** @returns the readings of these devices, which are held no longer */
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
