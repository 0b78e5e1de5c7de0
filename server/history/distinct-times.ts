import type { DeviceRow } from "./row";

/** The times of a device's last readings that came at one time, or one after another. */
interface Taken {
  fromMs: number;
  toMs: number;
}

/**
 * The file has one row for a device and a millisecond. Of two readings in one, as when a server that
 * was held up reads both at once, the second is a millisecond later.
 */
export class DistinctTimes {
  private readonly taken = new Map<string, Taken>();

  apart(row: DeviceRow): DeviceRow {
    // What says the LED alone goes into the row of the reading that it came with.
    if (!hasField(row.values)) return row;
    const taken = this.taken.get(row.id);
    if (taken && row.atMs >= taken.fromMs && row.atMs <= taken.toMs)
      return { ...row, atMs: ++taken.toMs };
    if (taken) taken.fromMs = taken.toMs = row.atMs;
    else this.taken.set(row.id, { fromMs: row.atMs, toMs: row.atMs });
    return row;
  }

  forget(id: string): void {
    this.taken.delete(id);
  }
}

function hasField(values: DeviceRow["values"]): boolean {
  for (const field in values) if (values[field] !== undefined) return true;
  return false;
}
