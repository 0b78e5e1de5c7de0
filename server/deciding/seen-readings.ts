/** As many of a device's readings at most come again, as after a lost connection. */
const REPEATED_MAX = 100;

interface Last {
  boot: number;
  seq: number;
  /** How many in a row were taken for repeated since. */
  repeated: number;
}

/**
 * What to make of a reading: `new`; `repeated`, which came before; or `restarted`: it is new, and the
 * device counts from the start again without another `boot`.
 */
export type Novelty = "new" | "repeated" | "restarted";

/** A device sends each reading at least once; this makes it once. */
export class SeenReadings {
  private readonly last = new Map<string, Last>();

  /** A device without seq and boot can't be told: all that it says is new. */
  see(id: string, { boot, seq }: { boot?: number; seq?: number }): Novelty {
    if (boot === undefined || seq === undefined) return "new";
    const last = this.last.get(id);
    // Within a run readings come in their order: what is not newer came before. But not from so
    // far back, and not so often.
    const isBehind = last?.boot === boot && seq <= last.seq;
    if (isBehind && last.seq - seq < REPEATED_MAX && last.repeated < REPEATED_MAX) {
      last.repeated++;
      return "repeated";
    }
    this.last.set(id, { boot, seq, repeated: 0 });
    return isBehind ? "restarted" : "new";
  }

  forget(id: string): void {
    this.last.delete(id);
  }

  /** Whether it is the newest reading of its device, which has come once more. */
  isNewest(id: string, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    return last !== undefined && last.boot === boot && last.seq === seq;
  }

  /** The newest reading of a device. */
  newest(id: string): { boot: number; seq: number } | undefined {
    const last = this.last.get(id);
    return last && { boot: last.boot, seq: last.seq };
  }

  /**
   * A command has answered this reading, whoever sent it.
   * @returns false where the reading, or a later one, was seen before
   */
  answered(id: string, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    // Of two runs it can't be told which is the present one: the readings will tell.
    if (boot === undefined || seq === undefined || (last && last.boot !== boot)) return true;
    if (last && seq <= last.seq) return false;
    this.last.set(id, { boot, seq, repeated: 0 });
    return true;
  }
}
