import { createRequire } from "node:module";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { ROOT } from "../base/root";
import { UserError } from "../base/user-error";
import type { Span } from "./downsample";
import type { DeviceRow } from "./row";
import type { StoreOptions } from "./store";

/** What the store's thread is asked for, and how it answers. */

export type Work =
  | { kind: "open" }
  | { kind: "append"; rows: DeviceRow[]; nowMs: number }
  | { kind: "points"; id: string; span: Span; points: number }
  | { kind: "page"; id: string; span: Span; limit: number }
  | { kind: "close" };

export interface Call {
  number: number;
  work: Work;
}

export interface Answer {
  number: number;
  value?: unknown;
  error?: { message: string; forUser: boolean };
}

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** The store in a thread of its own; calls are answered in their order. */
export class StoreThread {
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;
  private ended: Error | undefined;

  private constructor(private readonly worker: Worker) {
    worker.on("message", (answer: Answer) => this.settle(answer));
    worker.on("error", (error) => this.end(error));
    worker.on("exit", () => this.end(new Error("the history's thread has ended")));
  }

  /** @throws UserError where the store can't be opened */
  static async start(options: StoreOptions): Promise<StoreThread> {
    const worker = new Worker(await bundle(), { eval: true, workerData: options });
    const thread = new StoreThread(worker);
    try {
      await thread.call({ kind: "open" });
      return thread;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  call(work: Work): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended) {
        reject(this.ended);
        return;
      }
      const number = ++this.count;
      this.waiting.set(number, { resolve, reject });
      this.worker.postMessage({ number, work } satisfies Call);
    });
  }

  async stop(): Promise<void> {
    // What went wrong before was said then; the end has to come anyway.
    await this.call({ kind: "close" }).catch(() => undefined);
    await this.worker.terminate();
  }

  private settle({ number, value, error }: Answer): void {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    if (!error) waiting?.resolve(value);
    else waiting?.reject(error.forUser ? new UserError(error.message) : new Error(error.message));
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }
}

/** A thread is not given the loader that understands TypeScript: it gets JavaScript. */
async function bundle(): Promise<string> {
  const sqlite = createRequire(import.meta.url).resolve("node-sqlite3-wasm");
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "server/history/worker.ts")],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    // It finds its WebAssembly beside itself.
    external: [sqlite],
    alias: { "node-sqlite3-wasm": sqlite },
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
