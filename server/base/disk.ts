/** What this process keeps on disk, each in a file of its own. */
export type Kept = "broker" | "history";

/** What SQLite says of a disk that is full or fails, on which its owner can go on without it. */
export const DISK_FAILS = /full|I\/O|ENOSPC|EIO/;

/** Whether the disk takes it: a person should know before a restart. */
export class Disk {
  private readonly failing = new Set<Kept>();

  /** @param onChange called when something is no longer written, or is again */
  constructor(private readonly onChange: (unwritten: Kept[]) => void) {}

  /** What a restart would lose at present, in part. */
  get unwritten(): Kept[] {
    return [...this.failing].sort();
  }

  failed(kept: Kept): void {
    if (this.failing.has(kept)) return;
    this.failing.add(kept);
    this.onChange(this.unwritten);
  }

  recovered(kept: Kept): void {
    if (this.failing.delete(kept)) this.onChange(this.unwritten);
  }
}
