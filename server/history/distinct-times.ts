import { type DeviceRow, isReading } from "./row";

/** What is kept already; asked for late readings, and for the first ones after a start. */
export interface KeptTimes {
  /** Whether there is a reading of the device for that very time. */
  isTaken(id: string, atMs: number): boolean;
  /** Whether nothing of the device is later. */
  isNewest(id: string, atMs: number): boolean;
}

/** All milliseconds from the one to the other are taken. */
interface Run {
  startMs: number;
  endMs: number;
}

/**
 * The file has one row for a device and a millisecond. Of two readings in one, as when a server that
 * was held up reads both at once, the second is as many milliseconds later as it takes.
 */
export class DistinctTimes {
  /** Of each device: what is later than the end of it is free. */
  private readonly last = new Map<string, Run>();

  constructor(private readonly kept: KeptTimes) {}

  /** @param rows that are to be kept together */
  apart(rows: readonly DeviceRow[]): DeviceRow[] {
    const together = new Set<string>();
    /** Where to look next, for the many that came with one time. */
    const nextMs = new Map<string, number>();
    return rows.map((row) => {
      const { id } = row;
      const asItCame = `${id} ${row.atMs}`;
      const freeMs = nextMs.get(asItCame);
      // What says the LED alone goes into the row of the reading that it came with.
      if (!isReading(row)) return freeMs === undefined ? row : { ...row, atMs: freeMs - 1 };
      let atMs = freeMs ?? row.atMs;
      const last = this.last.get(id);
      while (
        atMs <= (last?.endMs ?? Infinity) &&
        (isIn(last, atMs) || together.has(`${id} ${atMs}`) || this.kept.isTaken(id, atMs))
      )
        // One that sends several in each millisecond is soon far behind the end.
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
