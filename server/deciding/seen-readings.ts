/**
 * Maximum number of a device's readings that are delivered again, for example after a lost
 * connection.
 */
const REPEATED_MAX = 100;

interface Last {
  boot: number;
  seq: number;
  /** Number of consecutive readings since `seq` that were considered repeated. */
  repeated: number;
  /** The newest reading of this run that any server has answered, and the answer. */
  answer: Answer | undefined;
}

interface Answer {
  seq: number;
  /** The side of the rule that the answer stands for. */
  on: boolean;
}

/**
 * `new`; `repeated`, if the reading was received before; or `restarted`, if it is new but the
 * device counts from the start again with the same `boot`.
 */
export type Novelty = "new" | "repeated" | "restarted";

/**
 * Recognises repeated readings: a device sends each reading at least once, and the server decides
 * it once.
 */
export class SeenReadings {
  private readonly last = new Map<string, Last>();

  /** Classifies a reading. Without `seq` and `boot`, each reading counts as new. */
  classify(id: string, { boot, seq }: { boot?: number; seq?: number }): Novelty {
    if (boot === undefined || seq === undefined) return "new";
    const last = this.last.get(id);
    // Within a run, readings arrive in order, so a reading that is not newer was received before.
    // If the reading is too far back, or follows too many such readings, the device has restarted
    // instead.
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

  /** Whether this is the newest reading of the device, delivered again. */
  isNewest(id: string, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    return last !== undefined && last.boot === boot && last.seq === seq;
  }

  newest(id: string): { boot: number; seq: number } | undefined {
    const last = this.last.get(id);
    return last && { boot: last.boot, seq: last.seq };
  }

  /**
   * Called when another server's command has answered this reading.
   * @returns false if this reading, or a later one, was received before
   */
  learned(id: string, on: boolean, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    // The command does not tell which of two runs is the present one; the next reading will.
    if (boot === undefined || seq === undefined || (last && last.boot !== boot)) return true;
    if (!last || seq > last.seq) {
      this.last.set(id, { boot, seq, repeated: 0, answer: { seq, on } });
      return true;
    }
    this.answered(id, on, { boot, seq });
    return false;
  }

  /**
   * Called when a command of any server answers this reading.
   * @returns whether the command changes what the device does: the device ignores an answer to a
   * reading that is older than the last answered one
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
