import { join } from "node:path";
import { type Disk, DISK_FAILS } from "../base/disk";
import { lockFolder } from "../base/folder-lock";
import type { Log } from "../base/log";
import type { Rejections } from "../base/rejections";
import { ROOT } from "../base/root";
import { Thread } from "../base/thread";
import { messageOf, UserError } from "../base/user-error";
import { type Columns, columnsOf } from "./columns";
import type { Downsampled, Span } from "./downsample";
import type { DeviceRow, Row } from "./row";

/** What the history's thread is asked for. */
export type HistoryWork =
  | { kind: "open" }
  | { kind: "append"; rows: Columns; nowMs: number }
  | { kind: "points"; id: string; span: Span; points: number }
  | { kind: "page"; id: string; span: Span; limit: number }
  | { kind: "has"; id: string }
  | { kind: "remove"; id: string }
  | { kind: "probe" }
  | { kind: "close" };

/** What was found at the start. */
export interface Opened {
  /** The file was there, with nothing in it. */
  wasEmpty: boolean;
}

/** What became of an append that did not fail. */
export interface Appended {
  /** Why the rows that were kept could not be packed, or old ones not deleted. */
  trouble: string | undefined;
  /** The new name of a file that was damaged: a new one has begun. */
  aside: string | undefined;
  /** How many rows were not kept: they are older than all that is. */
  tooOld: number;
}

export interface HistoryOptions {
  /** The folder of `--data`, or undefined for a history in memory that ends with the process. */
  dataDir?: string;
  /** How long a row is kept, days. */
  days: number;
  /** How large it may grow, MB. */
  megabytes: number;
}

/** Who hears of what goes wrong. */
interface Told {
  disk: Disk;
  rejections: Rejections;
  log: Log;
}

const DAY_MS = 24 * 3_600_000;
/** Rows are written this often, in one transaction: a kill -9 loses at most those of this time. */
const BATCH_MS = 1_000;
/** Or as soon as there are so many: handing a thread ten thousand at once would be felt. */
const BATCH_ROWS = 1_000;
/** After a failure, the disk is tried this often, also if no reading comes. */
const RETRY_MS = 10_000;
/** Rows that wait while the disk stalls; what comes beyond that is given up. */
const MAX_WAITING = 100_000;

/** What the devices measured, kept beyond this process if there is a folder for it. */
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

  /** @throws UserError if the folder can't be used, unless the disk is full or fails */
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
      const { wasEmpty } = (await thread.call({ kind: "open" })) as Opened;
      if (wasEmpty)
        told.log("server", "Warning: history.db was empty, and a new history begins", {
          level: "warn",
        });
    } catch (error) {
      // With a disk that does not take it, the history begins once that does.
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

  /** Costs no more than a push: it is called for each reading. */
  add(row: DeviceRow): void {
    if (this.waiting.length < MAX_WAITING) {
      this.waiting.push(row);
      if (this.waiting.length >= BATCH_ROWS && !this.writing) void this.write();
    } else this.fail(`${MAX_WAITING} readings wait for the disk, newer ones are given up`, 1);
  }

  /** Points for a chart, the newest readings among them. */
  async points(id: string, span: Span, points: number): Promise<Downsampled> {
    await this.write();
    return (await this.thread.call({ kind: "points", id, span, points })) as Downsampled;
  }

  /** All rows in the order of their times, some at a time. */
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
   * Whether there is anything of the device.
   * @throws Error if the disk is full or fails since the start
   */
  async has(id: string): Promise<boolean> {
    await this.write();
    return (await this.thread.call({ kind: "has", id })) as boolean;
  }

  /**
   * Deletes all that there is of the device.
   * @throws Error if the disk does not take it
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
    // What went wrong before was said then; the end has to come anyway.
    await this.thread.call({ kind: "close" }).catch(() => undefined);
    await this.thread.stop();
    await this.unlock();
  }

  /** Without rows, too, there are some to pack or to delete. */
  private async tick(): Promise<void> {
    if (this.waiting.length > 0 || this.writing) return this.write();
    this.writing = this.append([]).finally(() => (this.writing = undefined));
    await this.writing;
  }

  /** One batch at a time: a stalled disk gets no queue of them. */
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

  /** @param rows are given up if the disk does not take them */
  private async change(work: HistoryWork, rows: number): Promise<void> {
    try {
      const answer = ((await this.thread.call(work)) ?? {}) as Partial<Appended>;
      const { trouble, aside, tooOld = 0 } = answer;
      this.told.rejections.count("too-old", tooOld);
      if (aside !== undefined)
        this.told.log(
          "server",
          `Error: history.db was damaged; it is ${aside} now, and a new one begins`,
          { level: "error" },
        );
      if (trouble !== undefined) {
        this.fail(trouble, 0);
        return;
      }
      // An append of nothing may not have written anything.
      if (work.kind === "append" && rows === 0) return;
      clearTimeout(this.retry);
      this.retry = undefined;
      if (this.told.disk.recovered("history")) this.told.log("server", "History: is written again");
    } catch (error) {
      this.fail(messageOf(error), rows);
    }
  }

  private async tryAgain(): Promise<void> {
    this.retry = undefined;
    await this.writing;
    // A batch that waits is a better try.
    if (this.waiting.length > 0) return this.write();
    this.writing ??= this.change({ kind: "probe" }, 0).finally(() => (this.writing = undefined));
    await this.writing;
  }

  /**
   * Said once, not every second: the disk will be full for a while.
   * @param lost rows that are given up
   */
  private fail(why: string, lost: number): void {
    this.told.rejections.count("history", lost);
    if (this.told.disk.failed("history"))
      this.told.log("server", `Error: the history is not written: ${why}`, { level: "error" });
    if (!this.isStopped) this.retry ??= setTimeout(() => void this.tryAgain(), RETRY_MS);
  }
}
