import { join } from "node:path";
import { DISK_FAILS, type DiskHealth } from "../base/disk-health";
import { lockFolder } from "../base/folder-lock";
import type { Log } from "../base/log";
import type { Rejections } from "../base/rejections";
import { ROOT } from "../base/root";
import { Thread } from "../base/thread";
import { messageOf, UserError } from "../base/user-error";
import { type Columns, columnsOf } from "./columns";
import type { Downsampled, Span } from "./downsample";
import type { DeviceRow, Row } from "./row";

/** Requests to the history's thread. */
export type HistoryWork =
  | { kind: "open" }
  | { kind: "append"; rows: Columns; nowMs: number }
  | { kind: "points"; id: string; span: Span; points: number }
  | { kind: "page"; id: string; span: Span; limit: number }
  | { kind: "has"; id: string }
  | { kind: "remove"; id: string }
  | { kind: "probe" }
  | { kind: "close" };

/** The thread's answer to `open`. */
export interface OpenAnswer {
  /** Whether the file existed but was empty. */
  wasEmpty: boolean;
}

/** The thread's answer to an append whose rows were stored. */
export interface AppendAnswer {
  /** Why stored rows could not be packed, or old rows could not be deleted. */
  trouble: string | undefined;
  /** New name of the damaged file, if a damaged file was set aside and a new file created. */
  aside: string | undefined;
  /** Number of rows rejected because they are older than any row that is kept. */
  tooOld: number;
}

export interface HistoryOptions {
  /** The folder of `--data`, or undefined for a history in memory, which ends with the process. */
  dataDir?: string;
  /** How long a row is kept, days. */
  days: number;
  /** Maximum size of the file, MB. */
  megabytes: number;
}

/** The parts that are told of failures. */
interface Told {
  disk: DiskHealth;
  rejections: Rejections;
  log: Log;
}

const DAY_MS = 24 * 3_600_000;
/**
 * Interval at which rows are written, in one transaction, ms. A `kill -9` loses at most the rows of
 * one interval.
 */
const BATCH_MS = 1_000;
/**
 * Number of rows that triggers a write before the interval ends. Passing ten thousand rows to a
 * thread at once would cause a noticeable pause.
 */
const BATCH_ROWS = 1_000;
/** Interval at which a failed disk is tried again, even if no reading arrives, ms. */
const RETRY_MS = 10_000;
/** Maximum number of rows held in memory while the disk stalls. Newer rows are dropped. */
const MAX_WAITING = 100_000;

/** The readings of all devices. If there is a data folder, the readings outlive this process. */
export class History {
  private waiting: DeviceRow[] = [];
  private writing: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isStopped = false;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly thread: Thread<HistoryWork>,
    private readonly told: Told,
    private readonly unlock: () => Promise<void>,
  ) {}

  /** @throws UserError if the folder can't be used, unless the reason is a full or failing disk */
  static async start({ dataDir, days, megabytes }: HistoryOptions, told: Told): Promise<History> {
    const dir = dataDir === undefined ? undefined : join(dataDir, "history");
    const unlock =
      dir !== undefined && dataDir !== undefined
        ? await lockFolder(dir, dataDir)
        : () => Promise.resolve();
    const store = { dir, maxAgeMs: days * DAY_MS, maxBytes: megabytes * 1_000_000 };
    const path = join(ROOT, "server/history/worker.ts");
    const thread = await Thread.start<HistoryWork>(path, store);
    const history = new History(thread, told, unlock);
    try {
      const { wasEmpty } = (await thread.call({ kind: "open" })) as OpenAnswer;
      if (wasEmpty)
        told.log("server", "Warning: history.db was empty, and a new history begins", {
          level: "warn",
        });
    } catch (error) {
      // If the disk is full or fails, the server starts anyway. The history begins when the disk
      // recovers.
      if (!(error instanceof UserError) && DISK_FAILS.test(messageOf(error)))
        history.fail(messageOf(error), 0);
      else {
        await history.stop();
        if (error instanceof UserError && dataDir !== undefined)
          throw new UserError(`--data ${dataDir}: ${error.message}`);
        throw error;
      }
    }
    history.timer = setInterval(() => void history.tick(), BATCH_MS);
    return history;
  }

  /** Queues a row. Called for each reading, so it must be as cheap as a push. */
  add(row: DeviceRow): void {
    if (this.waiting.length < MAX_WAITING) {
      this.waiting.push(row);
      if (this.waiting.length >= BATCH_ROWS && !this.writing) void this.write();
    } else this.fail(`${MAX_WAITING} readings wait for the disk, newer ones are given up`, 1);
  }

  /** Returns points for a chart, including the newest readings. */
  async points(id: string, span: Span, points: number): Promise<Downsampled> {
    await this.write();
    return (await this.thread.call({ kind: "points", id, span, points })) as Downsampled;
  }

  /** Yields all rows in time order, page by page. */
  async *pages(id: string, { fromMs, toMs }: Span, limit: number): AsyncGenerator<Row[]> {
    await this.write();
    for (let nextMs = fromMs; nextMs < toMs;) {
      const span = { fromMs: nextMs, toMs };
      const rows = (await this.thread.call({ kind: "page", id, span, limit })) as Row[];
      if (rows.length > 0) yield rows;
      nextMs = rows.length < limit ? toMs : (rows.at(-1)?.atMs ?? toMs) + 1;
    }
  }

  /**
   * Whether anything is stored for the device.
   * @throws Error if the disk has been full or failing since the start
   */
  async has(id: string): Promise<boolean> {
    await this.write();
    return (await this.thread.call({ kind: "has", id })) as boolean;
  }

  /**
   * Deletes everything stored for the device.
   * @throws Error if the disk does not accept the change
   */
  async remove(id: string): Promise<void> {
    await this.write();
    this.waiting = this.waiting.filter((row) => row.id !== id);
    await this.thread.call({ kind: "remove", id });
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.write();
    this.isStopped = true;
    clearTimeout(this.retry);
    // Earlier failures were logged when they happened. The shutdown must finish in any case.
    await this.thread.call({ kind: "close" }).catch(() => undefined);
    await this.thread.stop();
    await this.unlock();
  }

  /** Appends even if no rows are waiting, because there may be rows to pack or to delete. */
  private async tick(): Promise<void> {
    if (this.waiting.length > 0 || this.writing) return this.write();
    this.writing = this.append([]).finally(() => (this.writing = undefined));
    await this.writing;
  }

  /** Writes one batch at a time, so that no queue of batches builds up behind a stalled disk. */
  private async write(): Promise<void> {
    await this.writing;
    if (this.waiting.length === 0) return;
    const rows = this.waiting;
    this.waiting = [];
    this.writing = this.append(rows).finally(() => (this.writing = undefined));
    await this.writing;
  }

  private append(rows: DeviceRow[]): Promise<void> {
    const work = { kind: "append", rows: columnsOf(rows), nowMs: Date.now() } as const;
    return this.change(work, rows.length);
  }

  /** @param rows number of rows lost if the disk does not accept them */
  private async change(work: HistoryWork, rows: number): Promise<void> {
    try {
      const answer = ((await this.thread.call(work)) ?? {}) as Partial<AppendAnswer>;
      const { trouble, aside, tooOld = 0 } = answer;
      this.told.rejections.count("too-old", tooOld);
      if (aside !== undefined)
        this.told.log(
          "server",
          `Error: history.db was damaged: renamed to ${aside}, and started a new file`,
          { level: "error" },
        );
      if (trouble !== undefined) {
        this.fail(trouble, 0);
        return;
      }
      // An append without rows may not have written anything, so it doesn't prove that the disk
      // works.
      if (work.kind === "append" && rows === 0) return;
      clearTimeout(this.retry);
      this.retry = undefined;
      if (this.told.disk.recovered("history"))
        this.told.log("server", "The history is written again");
    } catch (error) {
      this.fail(messageOf(error), rows);
    }
  }

  private async tryAgain(): Promise<void> {
    this.retry = undefined;
    await this.writing;
    // A waiting batch is a better test of the disk than a probe.
    if (this.waiting.length > 0) return this.write();
    this.writing ??= this.change({ kind: "probe" }, 0).finally(() => (this.writing = undefined));
    await this.writing;
  }

  /**
   * Handles a failure to write. It is logged once, not every second: a full disk stays full for a
   * while.
   * @param lost number of rows dropped
   */
  private fail(why: string, lost: number): void {
    this.told.rejections.count("history", lost);
    if (this.told.disk.failed("history"))
      this.told.log("server", `Error: the history is not written: ${why}`, { level: "error" });
    if (!this.isStopped) this.retry ??= setTimeout(() => void this.tryAgain(), RETRY_MS);
  }
}
