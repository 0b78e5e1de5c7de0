/** Classifies readings as arrived or lost. Pure. */

export interface Arrival {
  readonly seq: number;
  /** When the reading was taken and when it first arrived, by the same clock, ms. */
  readonly takenMs: number;
  readonly cameMs: number;
}

export interface Verdict {
  readonly came: number;
  /** Sequence numbers that never arrived, although the outbox had room. */
  readonly lost: readonly number[];
  /** Number of readings that a full outbox dropped. */
  readonly thinned: number;
  /** Largest number of readings that waited in the outbox at the same time. */
  readonly waitedMost: number;
}

export class Arrivals {
  private readonly first = new Map<number, Arrival>();

  /** @param capacity number of readings that the device's outbox holds: src/outbox.ts */
  constructor(private readonly capacity: number) {}

  /** Records an arrived reading. Repetitions are ignored. */
  came(arrival: Arrival): void {
    if (!this.first.has(arrival.seq)) this.first.set(arrival.seq, arrival);
  }

  /**
   * Decides which readings are lost. A device sends its readings in order, so readings missing
   * before an arrived reading were in the outbox until it arrived. If the outbox was full during
   * that time, it may have dropped them.
   */
  verdict(): Verdict {
    const arrivals = [...this.first.values()].sort((a, b) => a.seq - b.seq);
    const lost: number[] = [];
    let thinned = 0;
    let newest = 0;
    /** For each arrived reading, the number of readings that were waiting when it arrived. */
    const waited = arrivals.map(({ cameMs }, index) => {
      newest = Math.max(newest, index);
      while ((arrivals[newest + 1]?.takenMs ?? Infinity) <= cameMs) newest++;
      return (arrivals[newest]?.seq ?? 0) - (arrivals[index - 1]?.seq ?? 0);
    });
    arrivals.forEach(({ seq }, index) => {
      const before = arrivals[index - 1] ?? { seq: 0, takenMs: 0 };
      if (seq === before.seq + 1) return;
      let most = 0;
      for (let at = index; (arrivals[at]?.cameMs ?? 0) > before.takenMs; at--)
        most = Math.max(most, waited[at] ?? 0);
      if (most >= this.capacity) thinned += seq - before.seq - 1;
      else for (let missing = before.seq + 1; missing < seq; missing++) lost.push(missing);
    });
    return { came: arrivals.length, lost, thinned, waitedMost: Math.max(0, ...waited) };
  }
}
