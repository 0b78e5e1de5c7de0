import type { JournalStore } from "../../server/broker/journal";
import type { RecordChange, RecordEntry } from "../../server/broker/records";

/** A store in memory that fails or delays its writes on request. */
export class FaultyStore implements JournalStore {
  readonly records = new Map<string, RecordEntry>();
  error: string | undefined;
  /** If set, writes wait for this promise. */
  gate: Promise<void> | undefined;
  writes = 0;

  async write(changes: readonly RecordChange[]): Promise<void> {
    this.writes++;
    await this.gate;
    if (this.error !== undefined) throw new Error(this.error);
    for (const change of changes)
      if (change.head === undefined) this.records.delete(change.key);
      else this.records.set(change.key, change);
  }

  async replace(entries: readonly RecordEntry[]): Promise<void> {
    this.writes++;
    await this.gate;
    if (this.error !== undefined) throw new Error(this.error);
    this.records.clear();
    for (const entry of entries) this.records.set(entry.key, entry);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The stored records, in the order in which the next start reads them. */
  get entries(): RecordEntry[] {
    return [...this.records.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}
