/** As many of a device's readings at most come again, as after a lost connection. */
const REPEATED_MAX = 100;

interface Last {
  boot: number;
  seq: number;
  /** How many in a row were taken for repeated since. */
  repeated: number;
  /** The newest reading of this run that was answered, whoever did, and with what. */
  answer: Answer | undefined;
}

interface Answer {
  seq: number;
  /** The side of the rule. */
  on: boolean;
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
    const answer = last?.boot === boot && !isBehind ? last.answer : undefined;
    this.last.set(id, { boot, seq, repeated: 0, answer });
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
   * Another server's command has answered this reading.
   * @returns false if the reading, or a later one, was seen before
   */
  learned(id: string, on: boolean, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    // Of two runs it can't be told which is the present one: the readings will tell.
    if (boot === undefined || seq === undefined || (last && last.boot !== boot)) return true;
    if (!last || seq > last.seq) {
      this.last.set(id, { boot, seq, repeated: 0, answer: { seq, on } });
      return true;
    }
    this.answered(id, on, { boot, seq });
    return false;
  }

  /**
   * A command answers this reading, whoever sends it.
   * @returns whether the device does something else now than after the answers before: it ignores
   * those to older readings
   */
  answered(id: string, on: boolean, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    if (!last || last.boot !== boot || seq === undefined) return false;
    const { answer } = last;
    if (answer && (seq < answer.seq || (seq === answer.seq && on === answer.on))) return false;
    last.answer = { seq, on };
    return true;
  }
}
