/** Which readings came, and which were lost. Pure. */

export interface Arrival {
  readonly seq: number;
  /** Of one clock: when it was taken, and when it came for the first time, ms. */
  readonly takenMs: number;
  readonly cameMs: number;
}

export interface Verdict {
  readonly came: number;
  /** Sequence numbers that never came, although the outbox had room. */
  readonly lost: readonly number[];
  /** How many a full outbox left out. */
  readonly thinned: number;
  /** The most that waited at once. */
  readonly waitedMost: number;
}

export class Arrivals {
  private readonly first = new Map<number, Arrival>();

  /** @param capacity how many readings the device's outbox holds: src/outbox.ts */
  constructor(private readonly capacity: number) {}

  /** To be called for each reading that comes; the same may come again. */
  came(arrival: Arrival): void {
    if (!this.first.has(arrival.seq)) this.first.set(arrival.seq, arrival);
  }

  /**
   * A device sends its readings in their order. Those that are missing before one that came were
   * in the outbox for a while until that one came: if it was full then, it may have left them out.
   */
  verdict(): Verdict {
    const arrivals = [...this.first.values()].sort((a, b) => a.seq - b.seq);
    const lost: number[] = [];
    let thinned = 0;
    let newest = 0;
    /** How many waited when each of them came. */
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
