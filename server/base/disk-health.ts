/** The data that this process keeps on disk, each in its own file. */
export type KeptData = "broker" | "history";

/**
 * Matches the messages of SQLite and of the system about a full or failing disk, which the owner of
 * the data can survive. Paths are excluded, because they may contain any words.
 */
export const DISK_FAILS =
  /^(ENOSPC|EDQUOT|EIO): |^[^/\\]*\b(database or disk is full|disk I\/O error)/;

/** Tracks which data the disk currently rejects: a person should know before a restart. */
export class DiskHealth {
  private readonly failing = new Set<KeptData>();

  /** @param onChange called when data can no longer be written, or can be written again */
  constructor(private readonly onChange: (unwritten: KeptData[]) => void) {}

  /** The data that a restart would lose in part, because the disk currently rejects it. */
  get unwritten(): KeptData[] {
    return [...this.failing].sort();
  }

  /**
   * Called when writing `kept` has failed.
   * @returns whether `kept` was writable until now
   */
  failed(kept: KeptData): boolean {
    if (this.failing.has(kept)) return false;
    this.failing.add(kept);
    this.onChange(this.unwritten);
    return true;
  }

  /**
   * Called when `kept` was written.
   * @returns whether `kept` was failing until now
   */
  recovered(kept: KeptData): boolean {
    if (!this.failing.delete(kept)) return false;
    this.onChange(this.unwritten);
    return true;
  }
}
