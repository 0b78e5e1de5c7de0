/** How far back the chart goes. */
export const HISTORY_MS = 5 * 60_000;

/** A stretch of time with the LED on; without an end it still is. */
export interface LedSpan {
  fromMs: number;
  toMs?: number;
}

/** What the chart of one device shows: its readings of the last minutes, and when its LED was on. */
export class History {
  readonly timesMs: number[] = [];
  /** Of each field one value for each time; null if the device fell silent. */
  readonly values: (number | null)[][];
  readonly ledSpans: LedSpan[] = [];

  constructor(private readonly fields: string[]) {
    this.values = fields.map(() => []);
  }

  /** When the oldest of it was, if there is any. */
  get oldestMs(): number | undefined {
    const times = [this.timesMs[0], this.ledSpans[0]?.fromMs].filter((ms) => ms !== undefined);
    return times.length ? Math.min(...times) : undefined;
  }

  addReading(atMs: number, reading: Record<string, number>): void {
    // After an outage readings come late: each goes where it belongs.
    const place = this.timesMs.findLastIndex((timeMs) => timeMs <= atMs) + 1;
    // Two of the same millisecond are one: the server may send it twice.
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

  /** The device went offline: what it last said no longer holds. */
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
    // A light that measures nothing has no readings by which it could forget.
    this.forget(atMs - HISTORY_MS);
  }

  /** Keeps the last reading before that time: it held until the next one. */
  private forget(beforeMs: number): void {
    let count = 0;
    while ((this.timesMs[count + 1] ?? Infinity) < beforeMs) count++;
    this.timesMs.splice(0, count);
    for (const values of this.values) values.splice(0, count);
    while ((this.ledSpans[0]?.toMs ?? Infinity) < beforeMs) this.ledSpans.shift();
  }
}
