import { messageOf } from "../base/user-error";
import type { RecordChange, RecordEntry, RecordSink } from "./records";

/** The store to which the journal writes; see store-thread.ts. */
export interface JournalStore {
  /** Writes all changes or none. */
  write(changes: readonly RecordChange[]): Promise<void>;
  /** Replaces everything in the store. */
  replace(entries: RecordEntry[]): Promise<void>;
  close(): Promise<void>;
}

export interface JournalOptions {
  /** Puts the whole state that must be kept into a sink. */
  putAll: (sink: RecordSink) => void;
  /**
   * Called when the store fails, such as on a full disk; not again until the store has recovered.
   */
  onFailure: (why: string) => void;
  onRecovery: () => void;
  /** Called when a callback passed to `settled` throws, which is not the store's fault. */
  onFault: (error: unknown) => void;
  /** Called with the number of changes that are given up because the store has failed. */
  onUnwritten: (count: number) => void;
  /** Interval at which writing the whole state is tried after a failure, ms. */
  retryMs: number;
  /** How long a write may take, ms. A longer write counts as failed. */
  patienceMs: number;
}

/**
 * Writes the state that must outlive the process, in batches. Each batch has the changes that were
 * made while the previous batch was written. If the store fails, the broker continues without it,
 * and the whole state is written as soon as the store works again.
 */
export class Journal implements RecordSink {
  /** Number of changes made (`made`), and of those that are written or given up (`done`). */
  private made = 0;
  private done = 0;
  private changes = new Map<string, Value | undefined>();
  private readonly waiting: { mark: number; call: () => void }[] = [];
  private writing: Promise<void> | undefined;
  private scheduled: NodeJS.Immediate | undefined;
  private retry: NodeJS.Timeout | undefined;
  private why: string | undefined;
  /** Set while the whole state is written after a failure. */
  private isTrying = false;

  constructor(
    private readonly store: JournalStore,
    private readonly options: JournalOptions,
  ) {}

  /** Why the store fails at present; undefined if it works. */
  get failure(): string | undefined {
    return this.why;
  }

  /** Whether all changes are written or given up. */
  get isSettled(): boolean {
    return this.done >= this.made;
  }

  put(key: string, head: object, body?: Uint8Array): void {
    this.change(key, { head, body });
  }

  delete(key: string): void {
    this.change(key, undefined);
  }

  /** Calls `call` once all earlier changes are written or given up; at once if they already are. */
  settled(call: () => void): void {
    if (this.isSettled) call();
    else this.waiting.push({ mark: this.made, call });
  }

  /**
   * Called when the store can't be used: the pending changes are given up, and the store is tried
   * again later.
   */
  failed(why: string): void {
    if (this.why === undefined) this.options.onFailure(why);
    this.why = why;
    this.options.onUnwritten(this.changes.size);
    this.changes.clear();
    this.settle(this.made);
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      this.begin();
    }, this.options.retryMs);
  }

  /** Writes the remaining changes, as far as the store allows. */
  async close(): Promise<void> {
    const late = new Promise<void>((resolve) =>
      setTimeout(resolve, this.options.patienceMs).unref(),
    );
    await Promise.race([this.writing, late]);
    clearImmediate(this.scheduled);
    if (!this.writing && (this.why !== undefined || this.changes.size > 0))
      await Promise.race([this.write(), late]);
    clearTimeout(this.retry);
    clearImmediate(this.scheduled);
    await this.store.close();
  }

  private change(key: string, value: Value | undefined): void {
    this.made++;
    if (this.why !== undefined) {
      this.done = this.made;
      // The whole state is written later and includes this change. If that write has already begun,
      // the change is written after it.
      if (!this.isTrying) {
        this.options.onUnwritten(1);
        return;
      }
    }
    this.changes.set(key, value);
    if (!this.writing) this.scheduled ??= setImmediate(() => this.begin());
  }

  private begin(): void {
    this.scheduled = undefined;
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
      if (this.changes.size > 0) this.scheduled = setImmediate(() => this.begin());
    });
  }

  private async write(): Promise<void> {
    const mark = this.made;
    const isWhole = this.why !== undefined;
    this.isTrying = isWhole;
    const changes = isWhole ? [] : this.batch();
    const late = { is: false };
    const fail = (why: string) => {
      this.isTrying = false;
      if (!isWhole) this.options.onUnwritten(changes.length);
      this.failed(why);
    };
    const patience = setTimeout(() => {
      late.is = true;
      fail("it takes too long to write");
    }, this.options.patienceMs);
    try {
      await (isWhole ? this.store.replace(this.everything()) : this.store.write(changes));
    } catch (error) {
      if (!late.is) fail(messageOf(error));
      return;
    } finally {
      this.isTrying = false;
      clearTimeout(patience);
      if (late.is && this.retry === undefined) this.failed("it took too long to write");
    }
    // A late write counts as failed, even if it has ended now: changes made after it were not
    // written.
    if (late.is) return;
    this.why = undefined;
    this.settle(mark);
    if (isWhole) this.options.onRecovery();
  }

  private batch(): RecordChange[] {
    const changes: RecordChange[] = [];
    for (const [key, value] of this.changes) changes.push(value ? entry(key, value) : { key });
    this.changes = new Map();
    return changes;
  }

  private everything(): RecordEntry[] {
    this.changes.clear();
    const entries = new Map<string, RecordEntry>();
    this.options.putAll({
      put: (key, head, body) => entries.set(key, entry(key, { head, body })),
      delete: (key) => entries.delete(key),
    });
    return [...entries.values()];
  }

  private settle(mark: number): void {
    this.done = Math.max(this.done, mark);
    let count = 0;
    while (count < this.waiting.length && (this.waiting[count]?.mark ?? 0) <= this.done) count++;
    for (const { call } of this.waiting.splice(0, count))
      try {
        call();
      } catch (error) {
        this.options.onFault(error);
      }
  }
}

interface Value {
  head: object;
  body: Uint8Array | undefined;
}

function entry(key: string, { head, body }: Value): RecordEntry {
  // If a view is passed to another thread, the whole buffer behind it is copied.
  const own = body && body.buffer.byteLength > body.length ? new Uint8Array(body) : body;
  return { key, head: JSON.stringify(head), ...(own && { body: own }) };
}
