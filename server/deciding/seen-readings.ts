/** A device sends each reading at least once; this makes it once. */
export class SeenReadings {
  private readonly last = new Map<string, { boot: number; seq: number }>();

  /** @returns false for a reading that came before; a device without seq and boot can't be told */
  isNew(id: string, { boot, seq }: { boot?: number; seq?: number }): boolean {
    if (boot === undefined || seq === undefined) return true;
    const last = this.last.get(id);
    // Within a run readings come in their order: what is not newer came before.
    if (last?.boot === boot && seq <= last.seq) return false;
    this.last.set(id, { boot, seq });
    return true;
  }

  /** Whether it is the newest reading of its device, which has come once more. */
  isNewest(id: string, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    return last !== undefined && last.boot === boot && last.seq === seq;
  }

  /** The newest reading of a device. */
  newest(id: string): { boot: number; seq: number } | undefined {
    return this.last.get(id);
  }

  /**
   * A command has answered this reading, whoever sent it.
   * @returns false where the reading, or a later one, was seen before
   */
  answered(id: string, { boot, seq }: { boot?: number; seq?: number }): boolean {
    const last = this.last.get(id);
    // Of two runs it can't be told which is the present one: the readings will tell.
    if (boot === undefined || seq === undefined || (last && last.boot !== boot)) return true;
    return this.isNew(id, { boot, seq });
  }
}
