import { join } from "node:path";
import { ROOT } from "../base/root";
import { Thread } from "../base/thread";
import type { JournalStore } from "./journal";
import type { RecordChange, RecordEntry } from "./records";

export type StoreWork =
  | { kind: "load" }
  | { kind: "write"; changes: readonly RecordChange[] }
  | { kind: "replace"; entries: readonly RecordEntry[] }
  | { kind: "close" };

/** How long the shutdown may wait for the disk, ms. */
const CLOSE_MS = 5_000;

/** The records on disk, read and written in a thread. */
export class StoreThread implements JournalStore {
  private thread: Promise<Thread<StoreWork>> | undefined;

  /** @param dir the folder of the database, made if necessary */
  constructor(private readonly dir: string) {}

  /** @returns the records, and the new name of a damaged file */
  async load(): Promise<{ entries: RecordEntry[]; aside?: string }> {
    return (await this.call({ kind: "load" })) as { entries: RecordEntry[]; aside?: string };
  }

  async write(changes: readonly RecordChange[]): Promise<void> {
    await this.call({ kind: "write", changes });
  }

  async replace(entries: readonly RecordEntry[]): Promise<void> {
    await this.call({ kind: "replace", entries });
  }

  async close(): Promise<void> {
    const thread = await this.thread;
    if (!thread) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([thread.call({ kind: "close" }).catch(() => undefined), late]);
    clearTimeout(timer);
    await thread.stop();
  }

  private async call(work: StoreWork): Promise<unknown> {
    const path = join(ROOT, "server/broker/store-worker.ts");
    this.thread ??= Thread.start<StoreWork>(path, { dir: this.dir });
    return await (await this.thread).call(work);
  }
}
