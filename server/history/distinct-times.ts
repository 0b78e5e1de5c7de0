import { type DeviceRow, isReading } from "./row";

/**
 * Queries on the stored rows. Called only for late readings and for a device's first readings after
 * a start.
 */
export interface KeptTimes {
  /** Whether a reading of the device with exactly this time is stored. */
  isTaken(id: string, atMs: number): boolean;
  /** Whether no stored row of the device is later than this time. */
  isNewest(id: string, atMs: number): boolean;
}

/** A range of milliseconds that are all taken, both ends included. */
interface Run {
  startMs: number;
  endMs: number;
}

/**
 * Gives each reading of a device a millisecond of its own, because the file has one row per device
 * and millisecond. If two readings have the same time, for example because a delayed server read
 * both at once, the second one moves to the next free millisecond.
 */
export class DistinctTimes {
  /** The latest run of each device, by id. All milliseconds after its end are free. */
  private readonly last = new Map<string, Run>();

  constructor(private readonly kept: KeptTimes) {}

  /**
   * Returns the rows, with each reading at a free millisecond.
   * @param rows one batch, which is stored in one transaction
   */
  apart(rows: readonly DeviceRow[]): DeviceRow[] {
    const together = new Set<string>();
    /**
     * Where the search for a free millisecond continues, by device id and original time. Speeds up
     * a batch in which many readings have the same time.
     */
    const nextMs = new Map<string, number>();
    return rows.map((row) => {
      const { id } = row;
      const asItCame = `${id} ${row.atMs}`;
      const freeMs = nextMs.get(asItCame);
      // A row that holds only the LED state belongs to the reading that came with the same time.
      if (!isReading(row)) return freeMs === undefined ? row : { ...row, atMs: freeMs - 1 };
      let atMs = freeMs ?? row.atMs;
      const last = this.last.get(id);
      while (
        atMs <= (last?.endMs ?? Infinity) &&
        (isIn(last, atMs) || together.has(`${id} ${atMs}`) || this.kept.isTaken(id, atMs))
      )
        // Jump over the whole run: a device that sends several readings each millisecond soon has a
        // long run.
        atMs = isIn(last, atMs) ? last.endMs + 1 : atMs + 1;
      together.add(`${id} ${atMs}`);
      nextMs.set(asItCame, atMs + 1);
      if (last?.endMs === atMs - 1) last.endMs = atMs;
      else if (last ? atMs > last.endMs : this.kept.isNewest(id, atMs))
        this.last.set(id, { startMs: atMs, endMs: atMs });
      return atMs === row.atMs ? row : { ...row, atMs };
    });
  }

  forget(id: string): void {
    this.last.delete(id);
  }
}

function isIn(run: Run | undefined, atMs: number): run is Run {
  return run !== undefined && atMs >= run.startMs && atMs <= run.endMs;
}
