/** Time span of the live chart, ms. */
export const HISTORY_MS = 5 * 60_000;

/** A time span with the LED on; without an end, the LED is still on. */
export interface LedSpan {
  fromMs: number;
  toMs?: number;
}

/**
 * The data of one device's live chart: the readings of the last minutes, and when the LED was on.
 */
export class ChartHistory {
  readonly timesMs: number[] = [];
  /** One list for each field, with one value for each time; null if the device went offline. */
  readonly values: (number | null)[][];
  readonly ledSpans: LedSpan[] = [];

  constructor(private readonly fields: string[]) {
    this.values = fields.map(() => []);
  }

  /** Time of the oldest reading or LED span, or undefined if there is none. */
  get oldestMs(): number | undefined {
    const times = [this.timesMs[0], this.ledSpans[0]?.fromMs].filter((ms) => ms !== undefined);
    return times.length ? Math.min(...times) : undefined;
  }

  addReading(atMs: number, reading: Record<string, number>): void {
    // Readings from an outage arrive late and are inserted in time order.
    const place = this.timesMs.findLastIndex((timeMs) => timeMs <= atMs) + 1;
    // The server may send a reading twice. Two readings with the same time count as one.
    if (this.timesMs[place - 1] === atMs) {
      this.fields.forEach((field, i) =>
        this.values[i]?.splice(place - 1, 1, reading[field] ?? null),
      );
      return;
    }
    this.timesMs.splice(place, 0, atMs);
    this.fields.forEach((field, i) => this.values[i]?.splice(place, 0, reading[field] ?? null));
    this.forget((this.timesMs.at(-1) ?? atMs) - HISTORY_MS);
  }

  /** Marks that the device went offline: its last reading no longer holds. */
  addSilence(): void {
    const lastMs = this.timesMs.at(-1);
    if (lastMs === undefined || this.values.every((values) => values.at(-1) === null)) return;
    this.timesMs.push(lastMs + 1);
    for (const values of this.values) values.push(null);
  }

  setLed(atMs: number, ledOn: boolean): void {
    const last = this.ledSpans.at(-1);
    const wasOn = last !== undefined && last.toMs === undefined;
    if (ledOn === wasOn) return;
    if (wasOn) last.toMs = atMs;
    else this.ledSpans.push({ fromMs: atMs });
    // Each reading also removes old data, but a light without a sensor has no readings.
    this.forget(atMs - HISTORY_MS);
  }

  /**
   * Removes data from before this time, but keeps the last reading, which holds until the next one.
   */
  private forget(beforeMs: number): void {
    let count = 0;
    while ((this.timesMs[count + 1] ?? Infinity) < beforeMs) count++;
    this.timesMs.splice(0, count);
    for (const values of this.values) values.splice(0, count);
    while ((this.ledSpans[0]?.toMs ?? Infinity) < beforeMs) this.ledSpans.shift();
  }
}
