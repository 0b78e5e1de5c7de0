/** What this process keeps on disk, each in a file of its own. */
export type Kept = "broker" | "history";

/**
 * What SQLite or the system says of a disk that is full or fails: its owner can go on without it.
 * A path in the message may hold any words.
 */
export const DISK_FAILS =
  /^(ENOSPC|EDQUOT|EIO): |^[^/\\]*\b(database or disk is full|disk I\/O error)/;

/** Whether the disk takes it: a person should know before a restart. */
export class Disk {
  private readonly failing = new Set<Kept>();

  /** @param onChange called when something is no longer written, or is again */
  constructor(private readonly onChange: (unwritten: Kept[]) => void) {}

  /** What a restart would lose at present, in part. */
  get unwritten(): Kept[] {
    return [...this.failing].sort();
  }

  /** @returns whether that is news */
  failed(kept: Kept): boolean {
    if (this.failing.has(kept)) return false;
    this.failing.add(kept);
    this.onChange(this.unwritten);
    return true;
  }

  /** @returns whether that is news */
  recovered(kept: Kept): boolean {
    if (!this.failing.delete(kept)) return false;
    this.onChange(this.unwritten);
    return true;
  }
}
